import { expect, test } from "vitest";
import { isLogLine } from "../../../toolchain/kubernetes/follow-log.ts";

test("lines of a job's log are told from a report, in JSON too", () => {
	const line =
		'{"level":"info","time":"2026-11-24T18:23:05.560Z","msg":"ended"}';
	expect(isLogLine(line)).toBe(true);
	expect(isLogLine('{"source":"ci-snapshots","counts":{"promoted":1}}')).toBe(
		false,
	);
	expect(isLogLine('{"level":')).toBe(false);
	expect(isLogLine('{"level":30,"time":"now"}')).toBe(false);
	expect(isLogLine("1 to promote")).toBe(false);
});
