import { expect, test } from "vitest";
import { judge } from "../../policies/judge.ts";
import { describeExcepted, describeFinding } from "../../policies/report.ts";
import type { Resource } from "../../policies/resource.ts";
import { SETTINGS } from "../../policies/settings.ts";
import { estateOnDocker } from "../components/estate.ts";
import { estateOnKubernetes } from "../components/k8s-estate.ts";
import { EXPOSURES, estateExposed } from "../components/k8s-exposures.ts";
import { deployed } from "./stack.ts";

// Outside of the tests: making an estate takes as long as the machine is busy.
const dev = await deployed(() => estateOnDocker(), "dev");
const k8s = await deployed(() => estateOnKubernetes(), "k8s");

test("the stack `dev` breaks no rule, but where an exception says so", () => {
	const { broken, excepted, unneeded } = judge(dev, {
		...SETTINGS,
		day: "2026-11-24",
	});
	expect(broken.map(describeFinding)).toEqual([]);
	expect(excepted.map(describeExcepted)).toEqual([
		"K-17: 'docker-hub-server': 'docker-hub-server' asks nobody who they are; excepted by platform until 2027-10-31: it plays Docker Hub on one machine, and Docker Hub asks nobody who they are either",
		"K-17: 'docker-hub-server': 'docker-hub-server' has no http.secret; excepted by platform until 2027-10-31: it plays Docker Hub on one machine, and Docker Hub asks nobody who they are either",
		"TI-08: 'docker-hub-server': 'docker-hub-server' deletes, as a registry of the tier ''; excepted by platform until 2027-10-31: it plays Docker Hub on one machine, is no tier, and its images are put there by hand",
	]);
	expect(unneeded).toEqual([]);
});

test("the stack `k8s` breaks no rule", () => {
	const judgement = judge(k8s, { ...SETTINGS, day: "2026-11-24" });
	expect(judgement.broken.map(describeFinding)).toEqual([]);
	expect(judgement.excepted).toEqual([]);
});

const exposed: { file: string; resources: readonly Resource[] }[] = [];
// One after the other: Pulumi's mocks are global.
for (const one of EXPOSURES) {
	const resources = await deployed(() => estateExposed(one), "k8s");
	exposed.push({ file: one.file, resources });
}

test.each(exposed)(
	"the stack `k8s` breaks no rule when it is exposed by $file",
	({ resources }) => {
		const judgement = judge(resources, { ...SETTINGS, day: "2026-11-24" });
		expect(judgement.broken.map(describeFinding)).toEqual([]);
	},
);
