import type { CheckFailure } from "../check.ts";
import { hasUnknown, type PropertyMap } from "../values.ts";
import { containerInputs } from "./container-inputs.ts";

/** What is wrong with a container's inputs taken together; values that are not known yet are let pass. */
export function containerProblems(inputs: PropertyMap): CheckFailure[] {
	const known = Object.entries(inputs).filter(
		([, value]) => !hasUnknown(value),
	);
	const {
		command = [],
		volumes = [],
		start = true,
		mustRun = true,
	} = containerInputs(Object.fromEntries(known));
	const problems: CheckFailure[] = [];
	if (command.includes(""))
		problems.push({
			property: `command[${command.indexOf("")}]`,
			reason: "values for command may not be empty",
		});
	for (const [i, { fromContainer, containerPath }] of volumes.entries())
		if (Boolean(fromContainer) === Boolean(containerPath))
			problems.push({
				property: `volumes[${i}]`,
				reason: 'needs either "containerPath" or "fromContainer"',
			});
	if (!start && mustRun)
		problems.push({
			property: "mustRun",
			reason:
				'a container with "start: false" does not run: set "mustRun: false" too, or it would be removed at once',
		});
	return problems;
}
