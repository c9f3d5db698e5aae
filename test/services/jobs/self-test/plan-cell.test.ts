import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { testImages } from "../../../../services/jobs/self-test/images.ts";
import {
	type CellPlan,
	planCell,
} from "../../../../services/jobs/self-test/plan-cell.ts";
import type { PlacedImage } from "../../../../services/jobs/self-test/scene.ts";
import {
	type Principal,
	VERBS,
	type Verb,
} from "../../../../topology/access.ts";

const images = testImages([]);
const { first, second } = images;
const login = { principal: "ci", secret: "ci-somewhere" } as const;
const placed = (repository: string, tag: string): PlacedImage => ({
	kind: "placed",
	repository,
	tag,
	content: first,
});
const ours = placed("self-test/access", "kept");
const theirs = placed("team/app", "1.0.0");
const nothing = {
	kind: "missing",
	outcome: "not-tried",
	reason: "nothing here",
} as const;

const removable = { isRemovable: true };
const SCENES = {
	/** Sandbox and CI. */
	swept: { images, image: ours, newTag: "new", own: removable },
	/** The Archive. */
	kept: { images, image: ours, newTag: "new", own: { isRemovable: false } },
	/** Prod and caches. */
	foreign: { images, image: theirs, newTag: "new", own: undefined },
	empty: { images, image: nothing, newTag: "new", own: undefined },
};

const cell = (verb: Verb, allowed: boolean, principal: Principal = "ci") => ({
	principal,
	verb,
	allowed,
	logins: principal === "anonymous" ? [] : [login],
});

/** A plan in words: stages apart by `then`, and what points elsewhere after each. */
function words(plan: CellPlan): string {
	if (plan.kind === "leave") return `${plan.outcome}: ${plan.reason}`;
	const stages = plan.stages.map(({ acts, changes }) => {
		const done = acts.map((act) => {
			if (act.kind === "upload") return "upload";
			const image =
				act.kind === "push"
					? ` ${act.content === second ? "second" : "first"} to`
					: "";
			return `${act.kind}${image} ${act.repository}:${act.tag}`;
		});
		const changed = [...changes].map(
			([tag, digest]) =>
				` [${tag} is ${digest === second.digest ? "second" : "first"}]`,
		);
		return done.join(", ") + changed.join("");
	});
	return `${plan.onNewTag ? "on the new tag: " : ""}${stages.join(" then ")}`;
}

describe("what is allowed", () => {
	test.each<[keyof typeof SCENES, Verb, string]>([
		["swept", "pull", "pull self-test/access:kept"],
		[
			"swept",
			"create",
			"upload, push first to self-test/access:new [self-test/access:new is first]",
		],
		[
			"swept",
			"retag",
			"push second to self-test/access:kept [self-test/access:kept is second] then push first to self-test/access:kept",
		],
		["swept", "delete", "on the new tag: delete self-test/access:new"],
		["kept", "create", "push first to self-test/access:kept"],
		[
			"kept",
			"retag",
			"push second to self-test/access:kept [self-test/access:kept is second] then push first to self-test/access:kept",
		],
		["foreign", "pull", "pull team/app:1.0.0"],
		["foreign", "create", "push first to team/app:1.0.0"],
		["foreign", "retag", "not-tried: it would move or delete somebody's tag"],
		["foreign", "delete", "not-tried: it would move or delete somebody's tag"],
		["empty", "pull", "not-tried: nothing here"],
		["empty", "create", "not-tried: nothing here"],
	])("%s, %s: %s", (scene, verb, expected) => {
		expect(words(planCell(cell(verb, true), SCENES[scene]))).toBe(expected);
	});
});

describe("what is refused", () => {
	test.each<[keyof typeof SCENES, Verb, string]>([
		["swept", "pull", "pull self-test/access:kept"],
		["swept", "create", "upload, push first to self-test/access:new"],
		["swept", "retag", "push second to self-test/access:kept"],
		["swept", "delete", "delete self-test/access:kept"],
		["kept", "delete", "delete self-test/access:kept"],
		["foreign", "pull", "pull team/app:1.0.0"],
		["foreign", "create", "upload, push first to self-test/access:new"],
		["foreign", "retag", "push second to team/app:1.0.0"],
		["foreign", "delete", "delete self-test/access:absent"],
		["empty", "pull", "pull self-test/access:absent"],
		["empty", "create", "upload, push first to self-test/access:new"],
		["empty", "retag", "not-tried: nothing here"],
		["empty", "delete", "delete self-test/access:absent"],
	])("%s, %s: %s", (scene, verb, expected) => {
		expect(words(planCell(cell(verb, false), SCENES[scene]))).toBe(expected);
	});
});

test("only anonymous is tried without a credential", () => {
	const nobody = { ...cell("pull", false, "archiver"), logins: [] };
	expect(words(planCell(nobody, SCENES.swept))).toBe(
		"not-tried: archiver has no account in the estate",
	);
	expect(words(planCell(cell("pull", false, "anonymous"), SCENES.swept))).toBe(
		"pull self-test/access:kept",
	);
});

test("a create is not tried without a tag that the tier takes: its refusal could be the rule's", () => {
	const scene = { ...SCENES.swept, newTag: undefined };
	for (const allowed of [true, false]) {
		expect(words(planCell(cell("create", allowed), scene))).toBe(
			"not-tried: no tag is known that the tier's tag rule takes",
		);
	}
});

test("no tag of somebody else is ever deleted or expected to move", () => {
	fc.assert(
		fc.property(
			fc.constantFrom(...VERBS),
			fc.boolean(),
			fc.constantFrom(...Object.keys(SCENES)),
			(verb, allowed, scene) => {
				const plan = planCell(
					cell(verb, allowed),
					SCENES[scene as keyof typeof SCENES],
				);
				const stages = plan.kind === "try" ? plan.stages : [];
				const moved = stages.flatMap(({ acts, changes }) => [
					...changes.keys(),
					...acts.flatMap((act) =>
						act.kind === "delete" ? [`${act.repository}:${act.tag}`] : [],
					),
				]);
				for (const tag of moved) {
					expect(tag.startsWith("self-test/access:")).toBe(true);
				}
			},
		),
	);
});

test("a token is asked for what the verb needs and nothing more", () => {
	const actions = VERBS.map((verb) => {
		const plan = planCell(cell(verb, true), SCENES.swept);
		return plan.kind === "try" ? plan.actions : [];
	});
	expect(actions).toEqual([[], ["push"], ["push"], ["delete"]]);
});
