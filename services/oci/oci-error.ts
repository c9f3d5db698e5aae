/** One entry of the `errors` array of a registry's answer. */
export interface OciError {
	readonly code: string;
	/** Empty when the registry gave none. */
	readonly message: string;
}

/**
 * Error codes that say the request itself is wrong, as the specification and distribution define
 * them: https://github.com/opencontainers/distribution-spec/blob/v1.1.0/spec.md#error-codes
 */
const CLIENT_FAULTS: ReadonlySet<string> = new Set([
	"BLOB_UNKNOWN",
	"BLOB_UPLOAD_INVALID",
	"BLOB_UPLOAD_UNKNOWN",
	"DIGEST_INVALID",
	"MANIFEST_BLOB_UNKNOWN",
	"MANIFEST_INVALID",
	"MANIFEST_UNKNOWN",
	"MANIFEST_UNVERIFIED",
	"NAME_INVALID",
	"NAME_UNKNOWN",
	"PAGINATION_NUMBER_INVALID",
	"RANGE_INVALID",
	"SIZE_INVALID",
	"TAG_INVALID",
	"UNAUTHORIZED",
	"DENIED",
	"UNSUPPORTED",
]);

/** Reads an error body. Anything that is not one, such as a proxy's HTML page, gives an empty list. */
export function parseOciErrors(body: Uint8Array): readonly OciError[] {
	let parsed: unknown;
	try {
		parsed = JSON.parse(Buffer.from(body).toString("utf8"));
	} catch {
		return [];
	}
	if (!isObject(parsed) || !Array.isArray(parsed.errors)) return [];
	return parsed.errors
		.filter(isObject)
		.flatMap(({ code, message }) =>
			typeof code === "string"
				? [{ code, message: typeof message === "string" ? message : "" }]
				: [],
		);
}

/**
 * Whether an answer may become better by asking again.
 *
 * distribution wraps some refusals into a 500; the code in the body tells them from a failing store.
 */
export function isTransient(status: number, body: Uint8Array): boolean {
	if (status === 408 || status === 429) return true;
	if (status < 500 || status === 501) return false;
	return !parseOciErrors(body).some(({ code }) => CLIENT_FAULTS.has(code));
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
	return typeof value === "object" && value !== null;
}
