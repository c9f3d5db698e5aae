// `Status`, the API's answer in place of an object:
// https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/
export interface StatusBody {
	readonly message?: string;
	readonly reason?: string;
	readonly details?: { readonly kind?: string };
}

/** The API server refused; the message is the server's. */
export class ApiError extends Error {
	override readonly name = "ApiError";
	/** The HTTP status. */
	readonly status: number;
	/** Kubernetes' word for it, e.g. `AlreadyExists`. */
	readonly reason: string;
	/** What the answer is about, in the plural of the API, e.g. `namespaces`. */
	readonly about: string;

	constructor(status: number, { message, reason, details }: StatusBody) {
		super(message || `the API server answered ${status}`);
		this.status = status;
		this.reason = reason ?? "";
		this.about = details?.kind ?? "";
	}
}

/** Nothing answers at the API server's address. */
export class UnreachableError extends Error {
	override readonly name = "UnreachableError";
}

/** The object, or what it would lie in, is not there. */
export const isNotFound = (error: unknown) =>
	error instanceof ApiError && error.status === 404;

/** The namespace is not there yet: in a preview its turn has not come. */
export const isNamespaceMissing = (error: unknown) =>
	isNotFound(error) && (error as ApiError).about === "namespaces";

export const isForbidden = (error: unknown) =>
	error instanceof ApiError && error.status === 403;

export const isAlreadyExists = (error: unknown) =>
	error instanceof ApiError && error.reason === "AlreadyExists";

/** Fields belong to another manager. */
export const isConflict = (error: unknown) =>
	error instanceof ApiError && error.reason === "Conflict";

/** Undefined where the API server says 404. */
export async function ifFound<T>(request: Promise<T>): Promise<T | undefined> {
	try {
		return await request;
	} catch (error) {
		if (isNotFound(error)) return undefined;
		throw error;
	}
}
