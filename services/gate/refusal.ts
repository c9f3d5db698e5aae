/** Error codes of the distribution specification, and those distribution adds to them. */
export type OciErrorCode =
	| "DENIED"
	| "DIGEST_INVALID"
	| "MANIFEST_BLOB_UNKNOWN"
	| "MANIFEST_INVALID"
	| "NAME_INVALID"
	| "TAG_INVALID"
	| "UNAUTHORIZED"
	| "UNAVAILABLE"
	| "UNKNOWN"
	| "UNSUPPORTED";

/** What is answered to a client: buffered, as everything the gate handles is small. */
export interface Answer {
	readonly status: number;
	/** A list is sent as that many header lines. */
	readonly headers: Readonly<Record<string, string | readonly string[]>>;
	readonly body: string | Uint8Array;
}

/** A request the gate does not pass on. The message is for the person who pushed. */
export class RefusedError extends Error {
	readonly status: number;
	readonly code: OciErrorCode;

	constructor(status: number, code: OciErrorCode, message: string) {
		super(message);
		this.name = "RefusedError";
		this.status = status;
		this.code = code;
	}
}

/**
 * A refusal by a rule of the registry, as opposed to a request that is malformed.
 *
 * Always DENIED, which clients show at once. On NAME_INVALID docker repeats an upload for most of a
 * minute first; on TAG_INVALID and MANIFEST_INVALID skopeo converts the image to every other format.
 */
export function denied(message: string): RefusedError {
	return new RefusedError(403, "DENIED", message);
}

/**
 * An error as registries report it, which docker, skopeo, crane and oras print.
 * https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#error-codes
 */
export function ociError(
	{ status, code, message }: Pick<RefusedError, "status" | "code" | "message">,
	headers: Answer["headers"] = {},
): Answer {
	return {
		status,
		headers: { "Content-Type": "application/json", ...headers },
		body: JSON.stringify({ errors: [{ code, message, detail: null }] }),
	};
}
