import type { Resource } from "../../policies/resource.ts";
import { plain, type Registered } from "../components/harness.ts";

/** What a program registered with Pulumi's mocks, as a finished state would have it. */
export function resourcesOf(
	registered: readonly Registered[],
	stack = "dev",
): readonly Resource[] {
	return registered.map(({ identity, type, name, inputs }) => ({
		urn: `urn:pulumi:${stack}::registry-tiers::${identity}`,
		type,
		name,
		props: {
			...computed(type, name),
			...(plain(inputs) as Readonly<Record<string, unknown>>),
		},
		options: {
			protect: false,
			retainOnDelete: false,
			deleteBeforeReplace: false,
		},
	}));
}

// As the mocks of the harness answer.
function computed(type: string, name: string): Record<string, unknown> {
	if (type === "random:index/randomPassword:RandomPassword")
		return { result: `password of ${name}` };
	return type.startsWith("docker:") ? { name: `${name}-1234567` } : {};
}
