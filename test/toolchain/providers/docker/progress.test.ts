import { Readable } from "node:stream";
import protobuf from "google-protobuf";
import { expect, test } from "vitest";
import { followed } from "../../../../toolchain/providers/docker/progress.ts";

const answer = (...records: object[]) => {
	const lines = records
		.map((record) => `${JSON.stringify(record)}\r\n`)
		.join("");
	// Cut where a chunk of the network might end.
	return Readable.from([
		Buffer.from(lines.slice(0, 20)),
		Buffer.from(lines.slice(20)),
	]);
};

/** A `moby.buildkit.trace` record: a step that starts, and a line it prints. */
function trace(step: string, line: string) {
	const writer = new protobuf.BinaryWriter();
	writer.writeMessage(1, {}, () => {
		writer.writeString(1, "sha256:1");
		writer.writeString(3, step);
		writer.writeMessage(5, {}, () => writer.writeInt64(1, 1));
	});
	writer.writeMessage(2, {}, () => writer.writeString(1, "a status"));
	writer.writeMessage(3, {}, () => {
		writer.writeString(1, "sha256:1");
		writer.writeBytes(4, Buffer.from(`${line}\n`));
	});
	const aux = Buffer.from(writer.getResultBuffer()).toString("base64");
	return { id: "moby.buildkit.trace", aux };
}

test("ends well when nothing is reported as an error", async () => {
	await expect(
		followed(answer({ stream: "Step 1/2" }, { aux: { ID: "sha256:1" } })),
	).resolves.toBeUndefined();
});

test("fails with the error and the classic builder's log", async () => {
	await expect(
		followed(
			answer(
				{ stream: "Step 1/2 : RUN false\n" },
				{ stream: "\n" },
				{ error: "it returned 1", errorDetail: { message: "it returned 1" } },
			),
		),
	).rejects.toThrow(/^it returned 1\nStep 1\/2 : RUN false$/);
});

test("fails with the error and BuildKit's log, unwrapped", async () => {
	await expect(
		followed(
			answer(trace("[2/2] RUN false", "größe: no such table"), {
				error: "exit code: 1",
			}),
		),
	).rejects.toThrow(/^exit code: 1\n\[2\/2\] RUN false\ngröße: no such table$/);
});

test("shows the last twenty lines of a long log", async () => {
	const lines = Array.from({ length: 30 }, (_, i) => ({
		stream: `line ${i}\n`,
	}));
	const failure = followed(answer(...lines, { error: "failed" }));
	await expect(failure).rejects.toThrow(/^failed\nline 10\n/);
});

test("fails when the connection breaks", async () => {
	const broken = Readable.from(
		(async function* () {
			yield Buffer.from('{"stream":"a"}\n');
			throw new Error("socket hang up");
		})(),
	);
	await expect(followed(broken)).rejects.toThrow("socket hang up");
});
