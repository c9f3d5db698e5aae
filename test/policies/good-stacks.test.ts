import { expect, test } from "vitest";
import { judge } from "../../policies/judge.ts";
import { describeExcepted, describeFinding } from "../../policies/report.ts";
import { SETTINGS } from "../../policies/settings.ts";
import { estateOnDocker } from "../components/estate.ts";
import { deployed } from "./stack.ts";

test("the stack `dev` breaks no rule, but where an exception says so", async () => {
	const resources = await deployed(() => estateOnDocker(), "dev");
	const { broken, excepted, unneeded } = judge(resources, {
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
