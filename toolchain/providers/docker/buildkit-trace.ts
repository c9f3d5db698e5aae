import protobuf from "google-protobuf";

// Field numbers of moby.buildkit.v1.StatusResponse and its parts:
// https://github.com/moby/buildkit/blob/v0.8.0/api/services/control/control.proto
const RESPONSE = { vertexes: 1, logs: 3 };
const VERTEX = { name: 3, started: 5, completed: 6 };
const LOG = { message: 4 };

/**
 * The lines of one `moby.buildkit.trace` record: the steps that start, and what they print. BuildKit wraps
 * its progress in protobuf; without this, a failing RUN would not show its output.
 */
export function traceLines(base64: string): string[] {
	const lines: string[] = [];
	const response = new protobuf.BinaryReader(
		new Uint8Array(Buffer.from(base64, "base64")),
	);
	while (response.nextField())
		switch (response.getFieldNumber()) {
			case RESPONSE.vertexes:
				response.readMessage(null, () => lines.push(...startedStep(response)));
				break;
			case RESPONSE.logs:
				response.readMessage(null, () => lines.push(...printedLines(response)));
				break;
			default:
				response.skipField();
		}
	return lines;
}

function startedStep(vertex: protobuf.BinaryReader): string[] {
	let name = "";
	let running = false;
	while (vertex.nextField()) {
		const field = vertex.getFieldNumber();
		if (field === VERTEX.name) {
			name = vertex.readString();
			continue;
		}
		if (field === VERTEX.started) running = true;
		if (field === VERTEX.completed) running = false;
		vertex.skipField();
	}
	return running ? [name] : [];
}

function printedLines(log: protobuf.BinaryReader): string[] {
	let text = "";
	while (log.nextField()) {
		if (log.getFieldNumber() === LOG.message)
			text += Buffer.from(log.readBytes()).toString("utf8");
		else log.skipField();
	}
	return text.split("\n").filter((line) => line !== "");
}
