import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import * as http from "node:http";
import { buffer } from "node:stream/consumers";
import { builtProgram } from "../../toolchain/cluster/built-programs.ts";
import { kubectl } from "../../toolchain/cluster/kubectl.ts";
import { KUBECONFIG } from "../../toolchain/cluster/state.ts";

/** Where a front is reached, and the name it knows its registry by. */
export interface FrontEnd {
	readonly address: string;
	readonly port: number;
	readonly host: string;
}

export interface Answer {
	readonly status: number;
	readonly headers: http.IncomingHttpHeaders;
	readonly body: Buffer;
}

/** One request over a connection of its own; a client that meets whatever there is to meet. */
export function ask(
	{ address, port, host }: FrontEnd,
	method: string,
	path: string,
	headers: Readonly<Record<string, string>> = {},
	body: Buffer = Buffer.alloc(0),
): Promise<Answer> {
	return new Promise((resolve, reject) => {
		const sent = http.request(
			{
				...{ host: address, port, method, path, agent: false },
				timeout: 30_000,
				headers: { host, "content-length": body.length, ...headers },
			},
			(response) => {
				buffer(response).then(
					(body) =>
						resolve({
							status: response.statusCode ?? 0,
							headers: response.headers,
							body,
						}),
					reject,
				);
			},
		);
		sent.on("timeout", () => sent.destroy(new Error("no answer in 30 s")));
		sent.on("error", reject);
		sent.end(body);
	});
}

/** What the token service of a registry gives for a password. */
export async function login(
	front: FrontEnd,
	service: string,
	scope: string,
	username: string,
	password: string,
): Promise<{ readonly status: number; readonly token: string }> {
	const query = new URLSearchParams({ service, scope });
	const { status, body } = await ask(front, "GET", `/auth/token?${query}`, {
		authorization: `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`,
	});
	return {
		status,
		token: status === 200 ? JSON.parse(body.toString()).token : "",
	};
}

export const digestOf = (bytes: Buffer) =>
	`sha256:${createHash("sha256").update(bytes).digest("hex")}`;

const MANIFEST = "application/vnd.oci.image.manifest.v1+json";

/** Puts an image of one layer into a registry. The same again is harmless. */
export async function pushImage(
	front: FrontEnd,
	token: string,
	repository: string,
	tag: string,
	layer: Buffer,
): Promise<void> {
	const config = Buffer.from(
		JSON.stringify({
			...{ architecture: "amd64", os: "linux" },
			config: {
				Labels: {
					"org.opencontainers.image.source": "https://example.com/app",
					"org.opencontainers.image.revision": "0123456789abcdef",
				},
			},
			rootfs: { type: "layers", diff_ids: [digestOf(layer)] },
		}),
	);
	const authorization = `Bearer ${token}`;
	for (const blob of [config, layer]) {
		const begun = await ask(front, "POST", `/v2/${repository}/blobs/uploads/`, {
			authorization,
		});
		const url = new URL(begun.headers.location ?? "", `http://${front.host}`);
		url.searchParams.set("digest", digestOf(blob));
		const put = await ask(
			...([front, "PUT", `${url.pathname}${url.search}`] as const),
			{ authorization, "content-type": "application/octet-stream" },
			blob,
		);
		if (put.status !== 201) throw new Error(`blob: ${put.status} ${put.body}`);
	}
	const describe = (mediaType: string, blob: Buffer) => ({
		...{ mediaType, digest: digestOf(blob), size: blob.length },
	});
	const manifest = Buffer.from(
		JSON.stringify({
			schemaVersion: 2,
			mediaType: MANIFEST,
			config: describe("application/vnd.oci.image.config.v1+json", config),
			layers: [describe("application/vnd.oci.image.layer.v1.tar", layer)],
		}),
	);
	const put = await ask(
		...([front, "PUT", `/v2/${repository}/manifests/${tag}`] as const),
		{ authorization, "content-type": MANIFEST },
		manifest,
	);
	if (put.status !== 201)
		throw new Error(`manifest: ${put.status} ${put.body}`);
}

/** Pulls an image whole. @returns how the first request that failed ended, or nothing */
export async function pullProblem(
	front: FrontEnd,
	token: string,
	repository: string,
	reference: string,
): Promise<string | undefined> {
	const authorization = `Bearer ${token}`;
	const manifest = await ask(
		...([front, "GET", `/v2/${repository}/manifests/${reference}`] as const),
		{ authorization, accept: MANIFEST },
	);
	if (manifest.status !== 200) return `manifest: ${manifest.status}`;
	const { config, layers } = JSON.parse(manifest.body.toString());
	for (const { digest } of [config, ...layers]) {
		const blob = await ask(
			...([front, "GET", `/v2/${repository}/blobs/${digest}`] as const),
			{ authorization },
		);
		if (blob.status !== 200) return `blob: ${blob.status}`;
		if (digestOf(blob.body) !== digest) return "blob: other bytes";
	}
	return undefined;
}

/** Address of a Service. */
export const serviceAddress = (namespace: string, name: string) =>
	kubectl([
		...["--namespace", namespace, "get", "service", name],
		...["--output", "jsonpath={.spec.clusterIP}"],
	]);

/** The token with which a ServiceAccount proves itself to one registry. */
export const accountToken = async (
	namespace: string,
	account: string,
	audience: string,
) =>
	(
		await kubectl([
			...["--namespace", namespace, "create", "token", account],
			...["--audience", audience, "--duration", "10m"],
		])
	).trim();

/** Reaches a workload that no policy lets this machine reach, by way of kubelet, while `action` runs. */
export async function forwarded<T>(
	namespace: string,
	target: string,
	port: number,
	action: (port: number) => Promise<T>,
): Promise<T> {
	const child = spawn(builtProgram("kubectl"), [
		...["--kubeconfig", KUBECONFIG, "--namespace", namespace],
		...["port-forward", target, `:${port}`],
	]);
	try {
		const local = await new Promise<number>((resolve, reject) => {
			let errors = "";
			child.stdout.on("data", (text: Buffer) => {
				const [, found] = /127\.0\.0\.1:(\d+)/.exec(text.toString()) ?? [];
				if (found) resolve(Number(found));
			});
			child.stderr.on("data", (text: Buffer) => {
				errors += text;
			});
			child.on("exit", () => reject(new Error(`port-forward: ${errors}`)));
		});
		return await action(local);
	} finally {
		child.kill();
	}
}
