import { buffer } from "node:stream/consumers";
import { Authenticator } from "./authenticator.ts";
import { Connection } from "./connection.ts";
import type { CredentialSource } from "./credentials.ts";
import {
	type Digest,
	digestOf,
	type Expected,
	isDigest,
	verified,
} from "./digest.ts";
import { ProtocolError, RetryableError } from "./errors.ts";
import { uploadSession } from "./foreign-url.ts";
import { type Headers, type Method, nameOf } from "./http.ts";
import { InvalidManifestError } from "./manifest.ts";
import { MAX_MANIFEST_BYTES } from "./manifest-schema.ts";
import { ACCEPT } from "./media-types.ts";
import { listed } from "./pages.ts";
import { printable } from "./printable.ts";
import { RegistryUrls } from "./registry-urls.ts";
import type { Lending, Transport } from "./transport.ts";

export interface RegistryOptions {
	/** E.g. `https://prod.example.com`. */
	readonly url: string;
	/** What its tokens are asked for besides `pull`. @default - nothing: a client that only reads */
	readonly actions?: readonly ("push" | "delete")[];
	/** @default - anonymous */
	readonly credentials?: CredentialSource;
	readonly transport: Transport;
}

/** What a registry says about a manifest without sending it. */
export interface ManifestHead {
	readonly digest: Digest;
	readonly mediaType: string;
}

/** A manifest with the bytes its digest is made of. */
export interface ManifestContent extends ManifestHead {
	readonly bytes: Buffer;
}

/** The part of a blob that is still to be read: what comes after `offset` of its `size` bytes. */
export interface BlobRest {
	readonly offset: number;
	readonly size: number;
}

export interface BlobReading extends Lending {
	/** @default - all of it */
	readonly rest?: BlobRest;
}

/** A blob on its way: to be read once, or discarded. */
export interface BlobContent {
	/** As the registry sends it. Caches send damaged bytes with status 200, so put it through `verified`. */
	readonly unverified: AsyncIterable<Uint8Array>;
	/** Gives it up; after everything was read this does nothing. */
	discard(): void;
}

/** From so many bytes on, a connection of its own is worth it for a blob. */
const MIN_LENT_BYTES = 4 * 1024 * 1024;
/** Longest answer that carries no content. */
const SMALL = 64 * 1024;

/**
 * The requests of the distribution specification to one registry, a method each
 * (https://github.com/opencontainers/distribution-spec/blob/v1.1.0/spec.md).
 *
 * Each of them throws RegistryError when the registry refuses, RetryableError when it could not be
 * asked, ProtocolError when its answer is not to be trusted, and InvalidReferenceError before
 * anything is sent when a repository, tag or digest cannot be one.
 */
export class Registry {
	/** `host[:port]`, as in references. */
	readonly host: string;
	readonly #urls: RegistryUrls;
	readonly #transport: Transport;
	readonly #actions: string;
	readonly #connection: Connection;

	constructor({ url, actions = [], credentials, transport }: RegistryOptions) {
		this.#urls = new RegistryUrls(url);
		this.host = this.#urls.base.host;
		this.#transport = transport;
		this.#actions = ["pull", ...actions].join(",");
		this.#connection = new Connection(
			transport,
			new Authenticator(this.#urls.base, credentials, transport),
		);
	}

	/** Whether the registry answers and takes the credentials; throws if not. */
	async ping(): Promise<void> {
		await this.#send({ method: "GET", url: this.#urls.base }, [], [200]);
	}

	/** All tags of a repository, in the registry's order, page by page. */
	tags(repository: string): AsyncGenerator<string, void, undefined> {
		const url = this.#urls.tags(repository);
		return listed(this.#connection, url, "tags", this.#scopes(repository));
	}

	/** All repositories of the registry, page by page. Few accounts may ask. */
	repositories(): AsyncGenerator<string, void, undefined> {
		const url = this.#urls.catalog();
		const scopes = ["registry:catalog:*"];
		return listed(this.#connection, url, "repositories", scopes);
	}

	/** What a tag or digest stands for; undefined when it is not there. */
	async headManifest(
		repository: string,
		reference: string,
	): Promise<ManifestHead | undefined> {
		const url = this.#urls.manifest(repository, reference);
		const request = {
			method: "HEAD",
			url,
			headers: { accept: ACCEPT },
		} as const;
		const { status, headers } = await this.#send(
			request,
			this.#scopes(repository),
			[200, 404],
		);
		if (status === 404) return undefined;
		const digest = headers["docker-content-digest"];
		// The header is optional in the specification; the bytes always have a digest.
		if (digest === undefined) return this.getManifest(repository, reference);
		if (!isDigest(digest) || (isDigest(reference) && digest !== reference)) {
			throw new ProtocolError(
				`${nameOf(request)} answered with digest '${printable(digest)}', expected ${isDigest(reference) ? reference : "one of sha256"}`,
			);
		}
		return { digest, mediaType: mediaTypeOf(headers) };
	}

	/** A manifest whose bytes have the digest asked for, or the one the registry gives with a tag. */
	async getManifest(
		repository: string,
		reference: string,
	): Promise<ManifestContent> {
		const url = this.#urls.manifest(repository, reference);
		const request = {
			method: "GET",
			url,
			headers: { accept: ACCEPT },
		} as const;
		return this.#transport.repeat(request, async () => {
			const { headers, body } = await this.#send(
				request,
				this.#scopes(repository),
				[200],
				MAX_MANIFEST_BYTES,
			);
			const digest = digestOf(body);
			const promised = isDigest(reference)
				? reference
				: headers["docker-content-digest"];
			if (promised !== undefined && promised !== digest) {
				throw new RetryableError(
					`${nameOf(request)} answered with a damaged manifest: expected ${printable(promised)}, got ${digest}`,
				);
			}
			return { digest, mediaType: mediaTypeOf(headers), bytes: body };
		});
	}

	/** Writes a manifest under a tag or under its own digest. */
	async putManifest(
		repository: string,
		reference: string,
		{ digest, mediaType, bytes }: ManifestContent,
	): Promise<void> {
		const request = {
			method: "PUT",
			url: this.#urls.manifest(repository, reference),
			headers: { "content-type": mediaType },
			body: bytes,
		} as const;
		const { headers } = await this.#send(
			request,
			this.#scopes(repository),
			[201],
		);
		const stored = headers["docker-content-digest"];
		// A gate that merged a fallback tag leaves the header out.
		if (stored !== undefined && stored !== digest) {
			throw new ProtocolError(
				`${nameOf(request)} stored ${printable(stored)}, expected ${digest}`,
			);
		}
	}

	/** Deletes a tag, or a manifest with all tags that point to it. False when it was not there. */
	async deleteManifest(
		repository: string,
		reference: string,
	): Promise<boolean> {
		const url = this.#urls.manifest(repository, reference);
		const { status } = await this.#send(
			{ method: "DELETE", url },
			this.#scopes(repository),
			[202, 404],
		);
		return status === 202;
	}

	/** Size of a blob in bytes; undefined when it is not there. */
	async headBlob(
		repository: string,
		digest: Digest,
	): Promise<number | undefined> {
		const url = this.#urls.blob(repository, digest);
		const request = { method: "HEAD", url } as const;
		const { status, headers } = await this.#send(
			request,
			this.#scopes(repository),
			[200, 404],
		);
		if (status === 404) return undefined;
		const size = headers["content-length"];
		if (size === undefined || !/^[0-9]{1,15}$/.test(size)) {
			throw new ProtocolError(`${nameOf(request)} gave no size of the blob`);
		}
		return Number(size);
	}

	/**
	 * Opens a blob for reading; with `rest`, what comes after its first `offset` of `size` bytes.
	 *
	 * @throws RetryableError when the registry sends something else than the rest that was asked for.
	 */
	async getBlob(
		repository: string,
		digest: Digest,
		{ rest, ...lending }: BlobReading = {},
	): Promise<BlobContent> {
		const request = {
			method: "GET",
			url: this.#urls.blob(repository, digest),
			headers: rest ? { range: `bytes=${rest.offset}-` } : {},
		} as const;
		const { status, headers, stream, discard } = await this.#connection.open(
			request,
			{
				scopes: this.#scopes(repository),
				expected: rest ? [200, 206] : [200],
			},
			lending,
		);
		if (rest) {
			const { offset, size } = rest;
			const range = headers["content-range"];
			const expected = `bytes ${offset}-${size - 1}/${size}`;
			// A cache that fills while it sends, for one, knows no ranges and begins again.
			if (status !== 206 || range !== expected) {
				discard();
				throw new RetryableError(
					`${nameOf(request)} was asked for '${expected}' and answered with status ${status} and '${printable(range ?? "")}'`,
				);
			}
		}
		return { unverified: stream, discard };
	}

	/**
	 * Reads a small blob into memory, hashed and counted. Besides what every request throws it throws
	 * InvalidManifestError when the blob is to have more than `limit` bytes.
	 */
	async readBlob(
		repository: string,
		expected: Expected,
		limit: number,
	): Promise<Buffer> {
		const { digest, size } = expected;
		if (size > limit) {
			throw new InvalidManifestError(
				`blob ${digest} of ${this.host}/${repository} has ${size} bytes, expected at most ${limit}`,
			);
		}
		const url = this.#urls.blob(repository, digest);
		const scopes = this.#scopes(repository);
		return this.#transport.repeat(`reading blob ${digest}`, async () => {
			const { body } = await this.#send(
				{ method: "GET", url },
				scopes,
				[200],
				// So that one that is a little too long is told by its own name.
				size + SMALL,
			);
			return buffer(verified(once(body), expected));
		});
	}

	/** Links a blob that another repository of this registry has. False when it did not. */
	async mount(
		repository: string,
		digest: Digest,
		from: string,
	): Promise<boolean> {
		const url = this.#urls.uploads(repository);
		url.searchParams.set("mount", digest);
		url.searchParams.set("from", from);
		const scopes = [...this.#scopes(repository), `repository:${from}:pull`];
		const { status } = await this.#send(
			{ method: "POST", url },
			scopes,
			[201, 202],
		);
		return status === 201;
	}

	/**
	 * Uploads a blob in one streamed request, and again as a whole when that breaks. The content is
	 * asked for anew for each try, once the registry is ready for it, and hashed on its way: a blob
	 * that is not what `expected` says is never completed.
	 */
	uploadBlob(
		repository: string,
		expected: Expected,
		open: (lending: Lending) => Promise<BlobContent>,
	): Promise<void> {
		return this.#transport.repeat(`upload of blob ${expected.digest}`, () =>
			this.#uploadOnce(repository, expected, open),
		);
	}

	async #uploadOnce(
		repository: string,
		expected: Expected,
		open: (lending: Lending) => Promise<BlobContent>,
	): Promise<void> {
		const lending = {
			lent: this.#transport.lends && expected.size >= MIN_LENT_BYTES,
		};
		const uploads = this.#urls.uploads(repository);
		const scopes = this.#scopes(repository);
		const { headers } = await this.#send(
			{ method: "POST", url: uploads },
			scopes,
			[202],
		);
		const url = uploadSession(headers.location, uploads);
		// By hand: the query of a session is the registry's own, to be sent back as it came.
		url.search += `${url.search === "" ? "?" : "&"}digest=${encodeURIComponent(expected.digest)}`;
		const { unverified, discard } = await open(lending);
		try {
			await this.#connection.upload(
				{
					method: "PUT",
					url,
					headers: { "content-type": "application/octet-stream" },
				},
				verified(unverified, expected),
				expected.size,
				{ scopes, expected: [201, 204] },
				lending,
			);
		} finally {
			discard();
		}
	}

	#send(
		request: {
			readonly method: Method;
			readonly url: URL;
			readonly headers?: Readonly<Record<string, string>>;
			readonly body?: Uint8Array;
		},
		scopes: readonly string[],
		expected: readonly number[],
		limit = SMALL,
	) {
		return this.#connection.send(request, { scopes, expected }, limit);
	}

	#scopes(repository: string): readonly string[] {
		return [`repository:${repository}:${this.#actions}`];
	}
}

/** Bytes in memory, as content that is read. */
export async function* once(
	bytes: Buffer,
): AsyncGenerator<Uint8Array, void, undefined> {
	yield bytes;
}

function mediaTypeOf(headers: Headers): string {
	return headers["content-type"]?.split(";")[0]?.trim() ?? "";
}
