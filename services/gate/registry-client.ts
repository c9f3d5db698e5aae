import { createHash } from "node:crypto";
import { Agent, type Dispatcher } from "undici";
import { MANIFEST_MEDIA_TYPES, MAX_MANIFEST_BYTES } from "./manifest.ts";
import type { Answer } from "./refusal.ts";
import type { Tokens } from "./tokens.ts";

/** No answer came from the registry, so nobody knows whether it did what was asked. */
export class RegistryUnavailableError extends Error {
	constructor(registry: string, cause: unknown) {
		super(`registry ${registry} does not answer`, { cause });
		this.name = "RegistryUnavailableError";
	}
}

/** A client's request on its way to the registry. */
export interface ForwardedRequest {
	readonly method: "PUT" | "DELETE";
	readonly name: string;
	readonly reference: string;
	/** Of the client: the registry builds `Location` and the token realm from them. */
	readonly host?: string | undefined;
	readonly forwardedProto?: string | undefined;
	readonly userAgent?: string | undefined;
	/** The client's own token; without it the registry answers with its challenge. */
	readonly authorization?: string | undefined;
	readonly contentType?: string | undefined;
	readonly body?: Uint8Array | undefined;
}

/** A manifest as the registry has it. */
export interface StoredManifest {
	readonly mediaType: string;
	readonly body: Uint8Array;
}

/** The registry behind the gate. Every call throws `RegistryUnavailableError` when it does not answer. */
export interface RegistryClient {
	forward(request: ForwardedRequest): Promise<Answer>;
	/** The digest a tag or digest stands for, nothing if there is no such manifest. */
	resolve(name: string, reference: string): Promise<string | undefined>;
	/** The manifest itself, nothing if there is none. */
	manifest(
		name: string,
		reference: string,
	): Promise<StoredManifest | undefined>;
	/** A blob of at most 4 MiB, nothing if there is none. */
	blob(name: string, digest: string): Promise<Uint8Array | undefined>;
	close(): Promise<void>;
}

const CONNECT_TIMEOUT_MS = 2_000;
const TOTAL_TIMEOUT_MS = 30_000;
/** Life of the tokens the gate reads the registry with: one request. */
const OWN_TOKEN_SECONDS = 60;
/** Subject of those tokens in the registry's log. */
const OWN_SUBJECT = "gate";

// Without the whole list distribution answers 404 for a manifest of another type.
const ACCEPT = Object.keys(MANIFEST_MEDIA_TYPES).join(", ");

const PASSED_TO_CLIENT = [
	"content-type",
	"docker-content-digest",
	"docker-distribution-api-version",
	"location",
	"oci-subject",
	"retry-after",
	"www-authenticate",
] as const;

/** The registry at a URL without a path, read with tokens of its own key. */
export function registryClient(
	{ name: registry, url }: { readonly name: string; readonly url: string },
	tokens: Tokens,
): RegistryClient {
	const agent = new Agent({
		connect: { timeout: CONNECT_TIMEOUT_MS },
		headersTimeout: TOTAL_TIMEOUT_MS,
		bodyTimeout: TOTAL_TIMEOUT_MS,
		maxResponseSize: MAX_MANIFEST_BYTES,
	});
	return { forward, resolve, manifest, blob, close: () => agent.close() };

	async function forward(request: ForwardedRequest): Promise<Answer> {
		const { method, name, reference, body } = request;
		const { status, headers, bytes } = await call({
			method,
			path: `/v2/${name}/manifests/${reference}`,
			headers: present({
				host: request.host,
				"x-forwarded-proto": request.forwardedProto,
				"user-agent": request.userAgent,
				authorization: request.authorization,
				"content-type": request.contentType,
			}),
			body: body ?? null,
		});
		const passed = PASSED_TO_CLIENT.map((name) => [name, headers[name]]);
		return {
			status,
			headers: present(Object.fromEntries(passed)),
			body: bytes,
		};
	}

	async function resolve(name: string, reference: string) {
		const { status, headers } = await read("HEAD", name, reference);
		if (status === 404) return undefined;
		const digest = headers["docker-content-digest"];
		if (status === 200 && typeof digest === "string") return digest;
		throw unexpected("HEAD", name, reference, status);
	}

	async function manifest(name: string, reference: string) {
		const { status, headers, bytes } = await read("GET", name, reference);
		if (status === 404) return undefined;
		if (status !== 200) throw unexpected("GET", name, reference, status);
		return {
			mediaType: String(headers["content-type"]),
			body: bytes,
		};
	}

	async function blob(name: string, digest: string) {
		const asked = await call({
			method: "GET",
			path: `/v2/${name}/blobs/${digest}`,
			headers: { authorization: ownToken(name) },
		});
		const { status, bytes } = await followed(asked);
		if (status === 404) return undefined;
		if (status === 200 && sha256(bytes) === digest) return bytes;
		throw unexpected("GET", name, digest, status);
	}

	// A registry over S3 answers with a signed URL. It gets no token: S3 refuses a second credential,
	// and the token is none of its business.
	async function followed(answer: Awaited<ReturnType<typeof call>>) {
		const { location } = answer.headers;
		if (answer.status !== 307 || typeof location !== "string") return answer;
		const { origin, pathname, search } = new URL(location, url);
		return call({ origin, method: "GET", path: `${pathname}${search}` });
	}

	function read(method: "GET" | "HEAD", name: string, reference: string) {
		return call({
			method,
			path: `/v2/${name}/manifests/${reference}`,
			headers: { accept: ACCEPT, authorization: ownToken(name) },
		});
	}

	function ownToken(name: string): string {
		const { token } = tokens.mint({
			subject: OWN_SUBJECT,
			access: [{ type: "repository", name, actions: ["pull"] }],
			lifetimeSeconds: OWN_TOKEN_SECONDS,
		});
		return `Bearer ${token}`;
	}

	async function call(
		options: Pick<
			Dispatcher.RequestOptions,
			"origin" | "method" | "path" | "headers" | "body"
		>,
	) {
		try {
			const { statusCode, headers, body } = await agent.request({
				origin: url,
				...options,
				signal: AbortSignal.timeout(TOTAL_TIMEOUT_MS),
				// undici closes the connection after each HEAD otherwise.
				reset: false,
			});
			const bytes = Buffer.from(await body.arrayBuffer());
			return { status: statusCode, headers, bytes };
		} catch (error) {
			throw new RegistryUnavailableError(registry, error);
		}
	}

	function unexpected(
		method: string,
		name: string,
		reference: string,
		status: number,
	) {
		const request = `${method} ${name} ${reference}`;
		return new RegistryUnavailableError(
			registry,
			new Error(`unexpected answer ${status} to ${request}`),
		);
	}
}

/** SHA-256 of some bytes in the form of a digest. */
export function sha256(bytes: Uint8Array): string {
	return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

function present(
	headers: Readonly<Record<string, string | string[] | undefined>>,
): Record<string, string | string[]> {
	const entries = Object.entries(headers);
	return Object.fromEntries(
		entries.flatMap(([k, v]) => (v === undefined ? [] : [[k, v] as const])),
	);
}
