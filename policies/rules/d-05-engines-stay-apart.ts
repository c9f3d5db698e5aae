import { packageOf } from "../resource.ts";
import type { StackRule } from "../rule.ts";

/** Types whose names the whole engine shares. */
const NAMED = [
	"docker:index/container:Container",
	"docker:index/network:Network",
	"docker:index/volume:Volume",
];

/** Several stacks live on one engine, and a cloud account must never depend on a laptop. */
export const enginesStayApart: StackRule = {
	id: "D-05",
	sentence:
		"a stack on Docker uses no cloud, and its names leave room for another stack",
	remedy:
		"move the cloud's resources into a stack of their own; leave `name` out, so that it gets a suffix",
	severity: "medium",
	link: "https://www.pulumi.com/docs/iac/concepts/resources/names/#autonaming",
	judgeStack(resources, report) {
		const docker = resources.filter(({ type }) => packageOf(type) === "docker");
		if (docker.length === 0) return;
		for (const resource of resources) {
			if (packageOf(resource.type) === "aws")
				report(resource, "it belongs to AWS, in a stack on Docker");
		}
		for (const resource of docker) {
			const { name } = resource.props;
			if (NAMED.includes(resource.type) && name === resource.name)
				report(
					resource,
					`its name on the engine is '${name}', without a suffix`,
				);
		}
	},
};
