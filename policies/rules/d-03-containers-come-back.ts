import { containerOf, neverRuns } from "../docker/containers.ts";
import type { ResourceRule } from "../rule.ts";

const COMES_BACK = ["unless-stopped", "always", "on-failure"];

/** What nobody restarts, bounds or asks for its health is down when it is needed. */
export const containersComeBack: ResourceRule = {
	id: "D-03",
	sentence:
		"a container starts from an image by its id or digest, comes back, and has a limit of memory and a health check",
	remedy:
		"take the image's imageId or repoDigest, and set restart, memory and healthcheck",
	severity: "medium",
	link: "https://docs.docker.com/engine/containers/start-containers-automatically/",
	judge(resource, report) {
		const container = containerOf(resource);
		if (!container) return;
		const {
			image = "unset",
			restart = "no",
			memory = 0,
			healthcheck,
		} = container;
		if (!/^sha256:|@sha256:[0-9a-f]{64}$/.test(image))
			report(`the container starts from ${image}`);
		if (neverRuns(container)) return;
		if (!COMES_BACK.includes(restart))
			report(`the container has restart ${restart}`);
		if (memory <= 0) report("the container has no limit of memory");
		const [how = "NONE"] = healthcheck?.tests ?? [];
		if (how === "NONE") report("the container has no health check");
	},
};
