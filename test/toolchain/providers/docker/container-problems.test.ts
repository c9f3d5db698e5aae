import { expect, test } from "vitest";
import { containerProblems } from "../../../../toolchain/providers/docker/container-problems.ts";
import { UNKNOWN } from "../../../../toolchain/providers/values.ts";

test("finds nothing wrong with a container that is only created, or whose values are not known yet", () => {
	expect(
		containerProblems({ image: "a", start: false, mustRun: false }),
	).toEqual([]);
	expect(
		containerProblems({ image: "a", command: UNKNOWN, volumes: [UNKNOWN] }),
	).toEqual([]);
});

test("names each place where the inputs contradict each other", () => {
	expect(
		containerProblems({
			image: "a",
			start: false,
			command: ["serve", ""],
			volumes: [
				{ containerPath: "/a" },
				{},
				{ containerPath: "/a", fromContainer: "b" },
			],
		}),
	).toEqual([
		{ property: "command[1]", reason: "values for command may not be empty" },
		{
			property: "volumes[1]",
			reason: 'needs either "containerPath" or "fromContainer"',
		},
		{
			property: "volumes[2]",
			reason: 'needs either "containerPath" or "fromContainer"',
		},
		{
			property: "mustRun",
			reason:
				'a container with "start: false" does not run: set "mustRun: false" too, or it would be removed at once',
		},
	]);
});
