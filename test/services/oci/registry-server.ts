import { createHash, randomUUID } from "node:crypto";
import {
	createServer,
	type IncomingMessage,
	type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { FALLBACK_TAG } from "../../../topology/naming.ts";
import { json, refuse } from "./answers.ts";
import { type Fault, strike } from "./faults.ts";
import { type TestAuth, TokenAuth } from "./token-auth.ts";

interface Stored {
	readonly type: string;
	readonly bytes: Buffer;
}

interface Repository {
	readonly blobs: Set<string>;
	readonly manifests: Map<string, Stored>;
	readonly tags: Map<string, string>;
}

/** A request as the server saw it. */
export interface Seen {
	readonly method: string;
	/** Path and query. */
	readonly path: string;
	readonly authorization: string | undefined;
	readonly range: string | undefined;
	readonly connection: number | undefined;
}

/** A registry in this process that behaves like distribution in what the client uses, and fails on demand. */
export class RegistryServer {
	readonly repositories = new Map<string, Repository>();
	readonly blobs = new Map<string, Buffer>();
	readonly seen: Seen[] = [];
	/** Faults that strike the requests to come. */
	readonly faults: Fault[] = [];
	auth: TestAuth | undefined;
	/** Refuses to move a tag that is no fallback tag, like the gate before Prod. */
	createOnlyTags = false;
	/** Longest page of a listing. */
	pageSize = 1000;
	/** Answers to `mount` with a normal upload. */
	mounts = true;
	readonly #tokens = new TokenAuth();
	readonly #uploads = new Set<string>();
	readonly #server = createServer((request, response) => {
		this.#handle(request, response).catch((error) => {
			// A client that was killed half way is what many of these tests are about.
			if (!request.destroyed && !response.destroyed) response.destroy(error);
		});
	});

	async start(): Promise<this> {
		await new Promise<void>((up) => this.#server.listen(0, "127.0.0.1", up));
		return this;
	}

	async stop(): Promise<void> {
		this.#server.closeAllConnections();
		await new Promise((down) => this.#server.close(down));
	}

	get host(): string {
		return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
	}

	get url(): string {
		return `http://${this.host}`;
	}

	/** How many requests of these methods were seen. */
	count(...methods: string[]): number {
		return this.seen.filter(({ method }) => methods.includes(method)).length;
	}

	/** The digest a tag points to. */
	tag(repository: string, tag: string): string | undefined {
		return this.repositories.get(repository)?.tags.get(tag);
	}

	/** Holds what another one holds now, and nothing else. */
	copyFrom(other: RegistryServer): void {
		this.repositories.clear();
		for (const [name, { blobs, manifests, tags }] of other.repositories) {
			this.repositories.set(name, {
				blobs: new Set(blobs),
				manifests: new Map(manifests),
				tags: new Map(tags),
			});
		}
		this.blobs.clear();
		for (const [digest, bytes] of other.blobs) this.blobs.set(digest, bytes);
	}

	/** Takes no token any more that it gave out so far. */
	forgetTokens(): void {
		this.#tokens.forget();
	}

	async #handle(
		request: IncomingMessage,
		response: ServerResponse,
	): Promise<void> {
		const { method = "", url: path = "", headers } = request;
		this.seen.push({
			method,
			path,
			authorization: headers.authorization,
			range: headers.range,
			connection: request.socket.remotePort,
		});
		const fault = strike(this.faults, method, path);
		if (fault && (await fault(request, response))) return;
		const url = new URL(path, this.url);
		if (url.pathname === "/auth/token") {
			return this.#tokens.issue(this.auth, request, response, url);
		}
		const route =
			/^\/v2\/(?:(?<catalog>_catalog)|(?<name>.+)\/(?<kind>tags|manifests|blobs)\/(?<rest>.+))?$/.exec(
				url.pathname,
			)?.groups;
		if (!route) return void response.writeHead(404).end("404 page not found");
		const { name = "", kind, rest = "", catalog } = route;
		const scope = catalog ? "catalog" : name;
		if (!this.#tokens.admit(this.auth, request, response, scope, this.url)) {
			return;
		}
		if (catalog) {
			return this.#list(response, url, "repositories", [
				...this.repositories.keys(),
			]);
		}
		if (kind === "tags") return this.#tagList(response, url, name);
		if (kind === "manifests")
			return this.#manifest(request, response, name, rest);
		if (kind === "blobs" && rest.startsWith("uploads/")) {
			return this.#upload(request, response, url, name, rest.slice(8));
		}
		if (kind === "blobs") return this.#blob(request, response, name, rest);
		response.writeHead(200, { "content-type": "application/json" }).end("{}");
	}

	async #tagList(
		response: ServerResponse,
		url: URL,
		name: string,
	): Promise<void> {
		const repository = this.repositories.get(name);
		if (!repository?.tags.size) {
			return refuse(response, 404, "NAME_UNKNOWN", "repository name not known");
		}
		this.#list(response, url, "tags", [...repository.tags.keys()]);
	}

	#list(
		response: ServerResponse,
		url: URL,
		key: string,
		all: readonly string[],
	): void {
		const asked = Number(url.searchParams.get("n") ?? this.pageSize);
		const last = url.searchParams.get("last") ?? "";
		const rest = all.filter((name) => name > last).sort();
		const page = rest.slice(0, Math.min(asked, this.pageSize));
		if (page.length < rest.length) {
			const next = new URLSearchParams({
				n: `${asked}`,
				last: page.at(-1) ?? "",
			});
			response.setHeader("link", `<${url.pathname}?${next}>; rel="next"`);
		}
		json(response, 200, { [key]: page });
	}

	async #manifest(
		request: IncomingMessage,
		response: ServerResponse,
		name: string,
		reference: string,
	): Promise<void> {
		const repository = this.repositories.get(name);
		const digest = reference.includes(":")
			? reference
			: repository?.tags.get(reference);
		if (request.method === "PUT") {
			return this.#putManifest(request, response, name, reference);
		}
		const stored = digest ? repository?.manifests.get(digest) : undefined;
		if (!stored || !request.headers.accept?.includes(stored.type)) {
			if (request.method !== "DELETE" || !stored) {
				return refuse(response, 404, "MANIFEST_UNKNOWN", "manifest unknown");
			}
		}
		if (request.method === "DELETE") {
			for (const [tag, target] of repository?.tags ?? []) {
				if (tag === reference || target === reference)
					repository?.tags.delete(tag);
			}
			if (reference.includes(":")) repository?.manifests.delete(reference);
			return void response.writeHead(202).end();
		}
		response
			.writeHead(200, {
				"content-type": stored.type,
				"content-length": stored.bytes.byteLength,
				"docker-content-digest": digest ?? "",
			})
			.end(request.method === "HEAD" ? undefined : stored.bytes);
	}

	async #putManifest(
		request: IncomingMessage,
		response: ServerResponse,
		name: string,
		reference: string,
	): Promise<void> {
		const bytes = await buffer(request);
		const digest = digestOf(bytes);
		const repository = this.#repository(name);
		const manifest = JSON.parse(bytes.toString());
		const isDigest = reference.includes(":");
		if (isDigest && reference !== digest) {
			return refuse(
				response,
				400,
				"DIGEST_INVALID",
				"provided digest did not match",
			);
		}
		const missing = [
			...[manifest.config ?? [], manifest.layers ?? []]
				.flat()
				.filter((blob) => !repository.blobs.has(blob.digest)),
			...(manifest.manifests ?? []).filter(
				(child: { digest: string }) => !repository.manifests.has(child.digest),
			),
		];
		if (missing.length > 0) {
			return refuse(response, 400, "MANIFEST_BLOB_UNKNOWN", "blob unknown");
		}
		const current = repository.tags.get(reference);
		const moves = current && current !== digest;
		if (this.createOnlyTags && moves && !FALLBACK_TAG.test(reference)) {
			return refuse(response, 403, "DENIED", `tag ${reference} is ${current}`);
		}
		repository.manifests.set(digest, {
			type: request.headers["content-type"] ?? "",
			bytes,
		});
		if (!isDigest) repository.tags.set(reference, digest);
		response
			.writeHead(201, {
				location: `/v2/${name}/manifests/${digest}`,
				"docker-content-digest": digest,
			})
			.end();
	}

	async #blob(
		request: IncomingMessage,
		response: ServerResponse,
		name: string,
		digest: string,
	): Promise<void> {
		const bytes = this.blobs.get(digest);
		if (!bytes || !this.repositories.get(name)?.blobs.has(digest)) {
			return refuse(response, 404, "BLOB_UNKNOWN", "blob unknown to registry");
		}
		const from = /^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1];
		const content = bytes.subarray(Number(from ?? 0));
		const { byteLength: size } = bytes;
		response
			.writeHead(from === undefined ? 200 : 206, {
				"content-length": content.byteLength,
				"docker-content-digest": digest,
				...(from && { "content-range": `bytes ${from}-${size - 1}/${size}` }),
			})
			.end(request.method === "HEAD" ? undefined : content);
	}

	async #upload(
		request: IncomingMessage,
		response: ServerResponse,
		url: URL,
		name: string,
		session: string,
	): Promise<void> {
		if (request.method === "POST") {
			const mount = url.searchParams.get("mount");
			const from = this.repositories.get(url.searchParams.get("from") ?? "");
			if (this.mounts && mount && from?.blobs.has(mount)) {
				this.#repository(name).blobs.add(mount);
				return void response
					.writeHead(201, { location: `/v2/${name}/blobs/${mount}` })
					.end();
			}
			const id = randomUUID();
			this.#uploads.add(id);
			// Padded, so that a client that decodes and encodes the query changes it.
			const state = Buffer.from(`${id}.`).toString("base64");
			return void response
				.writeHead(202, {
					location: `${this.url}/v2/${name}/blobs/uploads/${id}?_state=${encodeURIComponent(state)}`,
				})
				.end();
		}
		const bytes = await buffer(request);
		const digest = url.searchParams.get("digest") ?? "";
		const state = Buffer.from(url.searchParams.get("_state") ?? "", "base64");
		if (!this.#uploads.has(session) || state.toString() !== `${session}.`) {
			return refuse(response, 404, "BLOB_UPLOAD_UNKNOWN", "upload unknown");
		}
		if (digestOf(bytes) !== digest) {
			return refuse(response, 400, "DIGEST_INVALID", "digest did not match");
		}
		this.#uploads.delete(session);
		this.blobs.set(digest, bytes);
		this.#repository(name).blobs.add(digest);
		response.writeHead(201, { location: `/v2/${name}/blobs/${digest}` }).end();
	}

	#repository(name: string): Repository {
		const known = this.repositories.get(name);
		if (known) return known;
		const repository = {
			blobs: new Set<string>(),
			manifests: new Map<string, Stored>(),
			tags: new Map<string, string>(),
		};
		this.repositories.set(name, repository);
		return repository;
	}
}

function digestOf(bytes: Buffer): string {
	return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}
