import { expect, test } from "vitest";
import { checkLabels } from "../../../../../services/jobs/promote/checks/labels.ts";
import {
	demandsOf,
	factsOf,
	onAmd64,
	REVISION,
	SOURCE,
} from "./check-harness.ts";

const { labels } = onAmd64;
const check = (...platforms: readonly (typeof onAmd64)[]) =>
	checkLabels(factsOf({ platforms }), demandsOf());
const onArm64 = { ...onAmd64, platform: "linux/arm64" };

test("an image with all labels passes", () => {
	expect(check(onAmd64, onArm64)).toEqual({ passed: true });
});

test.each([
	["is not there", { [SOURCE]: "https://git.test/app" }],
	["is empty", { ...labels, [REVISION]: "" }],
	["is blank", { ...labels, [REVISION]: " \t" }],
])(
	"a label that %s on one platform is named with the platform",
	(_, labels) => {
		expect(check(onAmd64, { ...onArm64, labels })).toEqual({
			passed: false,
			reason: `label ${REVISION} is missing on linux/arm64; expected it as a label or annotation. Fix: build with --label ${REVISION}=…`,
		});
	},
);

test("all that are missing are named at once", () => {
	expect(check({ ...onAmd64, labels: {} }, { ...onArm64, labels: {} })).toEqual(
		{
			passed: false,
			reason: [SOURCE, REVISION]
				.map(
					(label) =>
						`label ${label} is missing on linux/amd64, linux/arm64; expected it as a label or annotation. Fix: build with --label ${label}=…`,
				)
				.join("; "),
		},
	);
});

test("an image passes that no label is asked of", () => {
	const bare = factsOf({ platforms: [{ ...onAmd64, labels: {} }] });
	expect(checkLabels(bare, demandsOf({ labels: [] }))).toEqual({
		passed: true,
	});
});
