import type { ServerResponse } from "node:http";

/** Answers with JSON. */
export function json(
	response: ServerResponse,
	status: number,
	body: unknown,
): void {
	response
		.writeHead(status, { "content-type": "application/json" })
		.end(JSON.stringify(body));
}

/** Answers with an OCI error. */
export function refuse(
	response: ServerResponse,
	status: number,
	code: string,
	message: string,
): void {
	json(response, status, { errors: [{ code, message }] });
}
