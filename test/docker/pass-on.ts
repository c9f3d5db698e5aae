import {
	type ClientRequest,
	type IncomingHttpHeaders,
	type IncomingMessage,
	type ServerResponse,
	request as send,
} from "node:http";

/** How a request is passed on. */
export interface PassOnOptions {
	/** Headers besides those it came with. @default - none */
	readonly headers?: IncomingHttpHeaders;
	/** Gets the answer. @default - it is handed back as it comes */
	readonly onAnswer?: (answer: IncomingMessage) => void;
}

/**
 * Sends a request on to a backend, all but its body, which is for the caller to write. The backend
 * sees the host that was asked, so that the locations it answers with lead back here.
 */
export function passOn(
	backend: string,
	request: IncomingMessage,
	response: ServerResponse,
	{
		headers = {},
		onAnswer = (answer) => {
			response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
			answer.pipe(response);
			answer.on("error", () => response.destroy());
		},
	}: PassOnOptions = {},
): ClientRequest {
	const { hostname, port } = new URL(backend);
	const { method, url: path } = request;
	const upstream = send(
		{
			hostname,
			port,
			method,
			path,
			headers: { ...request.headers, ...headers },
		},
		onAnswer,
	);
	upstream.on("error", (error) => response.destroy(error));
	request.on("close", () => {
		if (!request.complete) upstream.destroy();
	});
	return upstream;
}
