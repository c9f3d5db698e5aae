import type { Finding } from "./findings.ts";
import type { ResourceChange } from "./resource-changes.ts";
import type { ComparedStack } from "./stack-plan.ts";

/** What happens to what holds images, and components that are made anew under another name. */
export function resourceFindings({
	resources = [],
}: ComparedStack): readonly Finding[] {
	return [...dataFindings(resources), ...renamedComponents(resources)];
}

function dataFindings(
	resources: readonly ResourceChange[],
): readonly Finding[] {
	return resources
		.filter(({ data }) => data)
		.flatMap((change): Finding[] => {
			const { action, name, wasProtected, losesProtection, inputs } = change;
			const guard = wasProtected
				? "; it is protected, so that `up` refuses"
				: "";
			if (action === "delete") {
				return [
					{
						level: "danger",
						text: `${name} is deleted with the images in it${guard}`,
					},
				];
			}
			if (action === "replace") {
				const because = inputs
					.filter(({ replaces }) => replaces)
					.map(({ path }) => path)
					.join(", ");
				return [
					{
						level: "danger",
						text: `${name} is replaced by an empty one, for ${because}${guard}`,
					},
				];
			}
			return losesProtection
				? [
						{
							level: "danger",
							text: `${name} is protected no longer: its images go when it does`,
						},
					]
				: [];
		});
}

/** A component that goes while one of its type comes is one that got another name, and nobody told the engine. */
function renamedComponents(
	resources: readonly ResourceChange[],
): readonly Finding[] {
	const components = resources.filter(({ component }) => component);
	const created = components.filter(({ action }) => action === "create");
	return components
		.filter(({ action }) => action === "delete")
		.flatMap(({ name, type }) =>
			created
				.filter((other) => other.type === type || other.name === name)
				.map((other): Finding => {
					const inside = resources.filter(
						({ action, within }) =>
							action === "delete" && within.includes(name),
					);
					return {
						level: "danger",
						text: `component ${name} is made anew as ${labelOf(other, name, type)} without an alias, with all ${inside.length} resources in it`,
					};
				}),
		);
}

const labelOf = (
	{ name, type }: ResourceChange,
	was: string,
	wasType: string,
) =>
	name === was && type !== wasType ? (type.split(":").at(-1) ?? name) : name;
