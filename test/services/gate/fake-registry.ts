import { createHash } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";

/** A request as the registry saw it. */
export interface SeenRequest {
	readonly method: string;
	readonly target: string;
	readonly headers: IncomingMessage["headers"];
	readonly body: Buffer;
}

/** The manifest API of a registry with token authentication, in memory. Any token will do. */
export interface FakeRegistry {
	readonly url: string;
	/** Every request since the start, in the order they were answered. */
	readonly seen: SeenRequest[];
	/** `repository:tag` → digest */
	readonly tags: Map<string, string>;
	/** `repository@digest` → manifest */
	readonly manifests: Map<string, { type: string; body: Buffer }>;
	readonly blobs: Map<string, Buffer>;
	/** Where blobs are redirected to, as a registry over S3 does. */
	storage: string | undefined;
	/** Answers this status to everything with a token. */
	failWith: number | undefined;
	/** Answers 400 to a PUT of these references. */
	refusePut: (reference: string) => boolean;
	/** Whether it asks for a token. */
	authenticates: boolean;
	/** Runs before each answer to a request with a token. */
	beforeAnswer: () => Promise<void>;
	close(): Promise<void>;
}

const TARGET = /^\/v2\/(.+)\/(manifests|blobs)\/([^/?]+)$/;

export async function startFakeRegistry(): Promise<FakeRegistry> {
	const server = createServer(async (request, response) => {
		const { method = "", url: target = "", headers } = request;
		const body = await buffer(request);
		if (headers.authorization) await fake.beforeAnswer();
		fake.seen.push({ method, target, headers, body });
		const { status, answer, ...sent } = handle(method, target, headers, body);
		response.writeHead(status, {
			"X-Powered-By": "the registry",
			"Docker-Distribution-Api-Version": "registry/2.0",
			"Content-Type": "application/json",
			...sent.headers,
		});
		response.end(answer);
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const { port } = server.address() as AddressInfo;
	const fake: FakeRegistry = {
		url: `http://127.0.0.1:${port}`,
		seen: [],
		tags: new Map(),
		manifests: new Map(),
		blobs: new Map(),
		storage: undefined,
		failWith: undefined,
		refusePut: () => false,
		authenticates: true,
		beforeAnswer: async () => {},
		close: async () => {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
	return fake;

	function handle(
		method: string,
		target: string,
		headers: IncomingMessage["headers"],
		body: Buffer,
	): { status: number; headers?: Record<string, string>; answer?: Buffer } {
		const [, name = "", kind, reference = ""] = TARGET.exec(target) ?? [];
		if (fake.authenticates && !headers.authorization) {
			const realm = `${headers["x-forwarded-proto"]}://${headers.host}/auth/token`;
			return {
				status: 401,
				headers: {
					"WWW-Authenticate": `Bearer realm="${realm}",service="s",scope="repository:${name}:x"`,
				},
				answer: Buffer.from('{"errors":[{"code":"UNAUTHORIZED"}]}'),
			};
		}
		if (fake.failWith) return { status: fake.failWith };
		if (kind === "blobs") {
			if (fake.storage) {
				return { status: 307, headers: { Location: fake.storage } };
			}
			const blob = fake.blobs.get(reference);
			return blob ? { status: 200, answer: blob } : { status: 404 };
		}
		const digest = reference.includes(":")
			? reference
			: fake.tags.get(`${name}:${reference}`);
		const stored = fake.manifests.get(`${name}@${digest}`);
		if (method === "PUT") {
			if (fake.refusePut(reference)) return { status: 400 };
			const put = digestOf(body);
			fake.manifests.set(`${name}@${put}`, {
				type: headers["content-type"] ?? "",
				body,
			});
			if (!reference.includes(":")) fake.tags.set(`${name}:${reference}`, put);
			return {
				status: 201,
				headers: {
					Location: `http://${headers.host}/v2/${name}/manifests/${put}`,
					"Docker-Content-Digest": put,
				},
			};
		}
		if (!stored || !digest) return { status: 404 };
		if (method === "DELETE") {
			fake.tags.delete(`${name}:${reference}`);
			fake.manifests.delete(`${name}@${reference}`);
			return { status: 202 };
		}
		return {
			status: 200,
			headers: {
				"Content-Type": stored.type,
				"Docker-Content-Digest": digest,
			},
			answer: stored.body,
		};
	}
}

export function digestOf(body: string | Buffer): string {
	return `sha256:${createHash("sha256").update(body).digest("hex")}`;
}
