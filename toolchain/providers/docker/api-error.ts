// Errors of the Docker Engine API as dockerode reports them: `statusCode` and the answer's JSON, or Node's
// socket errors when there was no answer.

interface ApiError extends Error {
	readonly statusCode?: number;
	readonly json?: { readonly message?: string };
	readonly code?: string;
}

const BROKEN_CONNECTION = new Set([
	"ECONNRESET",
	"EPIPE",
	"ETIMEDOUT",
	"ECONNABORTED",
]);

/** The engine says that the thing does not exist. */
export function isNotFound(error: unknown): boolean {
	return asApiError(error)?.statusCode === 404;
}

/** The engine refuses because something else still uses the thing. */
export function isInUse(error: unknown): boolean {
	const { statusCode, message = "" } = asApiError(error) ?? {};
	// Networks answer 403 "has active endpoints", volumes 409 "volume is in use".
	return (
		(statusCode === 403 && message.includes("active endpoints")) ||
		(statusCode === 409 && message.includes("in use"))
	);
}

/** The engine is already removing the thing. */
export function isBeingRemoved(error: unknown): boolean {
	const { statusCode, message = "" } = asApiError(error) ?? {};
	return statusCode === 409 && message.includes("already in progress");
}

/** The engine's own words, without dockerode's `(HTTP code 404) no such container - `. */
export function apiMessage(error: unknown): string {
	const { json, message } = asApiError(error) ?? { message: String(error) };
	const text = json?.message ?? message.replace(/^\(HTTP code \d+\).*? - /, "");
	return text.trim();
}

/** An error that says what was tried, then what the engine said. */
export function failed(what: string, error: unknown): Error {
	return new Error(`${what}: ${apiMessage(error)}`, { cause: error });
}

/** Undefined where the engine says 404. */
export async function ifFound<T>(request: Promise<T>): Promise<T | undefined> {
	try {
		return await request;
	} catch (error) {
		if (isNotFound(error)) return undefined;
		throw error;
	}
}

/** Asks again, once, when the connection broke: for requests that change nothing. */
export async function retried<T>(request: () => Promise<T>): Promise<T> {
	try {
		return await request();
	} catch (error) {
		const code = asApiError(error)?.code;
		if (code === undefined || !BROKEN_CONNECTION.has(code)) throw error;
		return await request();
	}
}

function asApiError(error: unknown): ApiError | undefined {
	return error instanceof Error ? error : undefined;
}
