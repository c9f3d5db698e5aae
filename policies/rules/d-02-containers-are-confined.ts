import { containerOf, neverRuns } from "../docker/containers.ts";
import type { ResourceRule } from "../rule.ts";

/** Containers of a tier run what strangers push to it, sooner or later. */
export const containersAreConfined: ResourceRule = {
	id: "D-02",
	sentence:
		"a container has no capability, gains none, writes only its volumes, and reaches nothing of the host",
	remedy:
		'set capabilities: { drops: ["ALL"] }, securityOpts: ["no-new-privileges"] and readOnly: true, and mount volumes alone',
	severity: "critical",
	link: "https://docs.docker.com/engine/security/",
	judge(resource, report) {
		const container = containerOf(resource);
		if (!container) return;
		const {
			capabilities = {},
			securityOpts = [],
			volumes = [],
			mounts = [],
		} = container;
		if (container.privileged === true) report("the container is privileged");
		if (!capabilities.drops?.includes("ALL"))
			report("the container keeps capabilities");
		for (const capability of capabilities.adds ?? [])
			report(`the container adds the capability ${capability}`);
		if (
			!securityOpts.some((option) =>
				/^no-new-privileges(?:[:=]true)?$/.test(option),
			)
		)
			report("the container may gain privileges");
		// The provider cannot put files into a container with a read-only root: one that never runs carries them.
		if (container.readOnly !== true && !neverRuns(container))
			report("the container can write its root file system");
		for (const mode of ["pidMode", "ipcMode"] as const) {
			if (container[mode] === "host")
				report(`the container has the ${mode} host`);
		}
		for (const { hostPath } of volumes) {
			if (hostPath) report(`the container mounts ${hostPath} of the host`);
		}
		for (const { type, source } of mounts) {
			if (type === "bind") report(`the container mounts ${source} of the host`);
		}
	},
};
