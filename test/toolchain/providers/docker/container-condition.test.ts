import { expect, test } from "vitest";
import { logText } from "../../../../toolchain/providers/docker/container-condition.ts";

const frame = (stream: number, text: string) => {
	const header = Buffer.from([stream, 0, 0, 0, 0, 0, 0, 0]);
	header.writeUInt32BE(Buffer.byteLength(text), 4);
	return Buffer.concat([header, Buffer.from(text)]);
};

test("reads the frames of both streams in order", () => {
	const answer = Buffer.concat([
		frame(1, "out\n"),
		frame(2, "größe\n"),
		frame(1, ""),
	]);
	expect(logText(answer)).toBe("out\ngröße\n");
});

test("reads a terminal's output, which has no frames", () => {
	expect(logText(Buffer.from("plain output\r\n"))).toBe("plain output\r\n");
	expect(logText(Buffer.alloc(0))).toBe("");
});
