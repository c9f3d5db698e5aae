import type { RecordedResource } from "../../stacks/offline/description.ts";
import { under } from "../providers/diff.ts";
import { isData } from "./data.ts";
import { type InputChange, inputChanges } from "./input-changes.ts";

/** What `up` would do to a resource; one that stays as it is is none. */
export interface ResourceChange {
	readonly action: "create" | "update" | "replace" | "delete" | "rename";
	readonly identity: string;
	readonly type: string;
	readonly name: string;
	/** Names of the components it is in, the outermost first. */
	readonly within: readonly string[];
	readonly component: boolean;
	/** What it was known by, when that changes and an alias says so. */
	readonly renamedFrom?: string;
	/** The inputs that change, without their values: nothing of them can be secret. */
	readonly inputs: readonly InputChange[];
	/** It holds images. */
	readonly data: boolean;
	/** The program protected it: `up` refuses to remove it. */
	readonly wasProtected: boolean;
	/** It is protected or retained no longer. */
	readonly losesProtection: boolean;
}

/** The changes between what two revisions of a program ask for, in the order of their places. */
export function resourceChanges(
	before: readonly RecordedResource[],
	after: readonly RecordedResource[],
): readonly ResourceChange[] {
	const old = new Map(before.map((resource) => [resource.identity, resource]));
	const kept = new Set<string>();
	const changes = after.map((wanted): ResourceChange | undefined => {
		const known = [wanted.identity, ...wanted.aliases].find(
			(identity) => old.has(identity) && !kept.has(identity),
		);
		const is = known === undefined ? undefined : old.get(known);
		if (is === undefined) return changeOf("create", wanted, []);
		kept.add(is.identity);
		return between(is, wanted);
	});
	const gone = before
		.filter(({ identity }) => !kept.has(identity))
		.map((resource) => changeOf("delete", resource, [], resource));
	return [...changes, ...gone]
		.filter((change) => change !== undefined)
		.sort((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1));
}

function between(
	is: RecordedResource,
	wanted: RecordedResource,
): ResourceChange | undefined {
	const inputs = wanted.component
		? []
		: inputChanges(is, wanted).filter(
				({ path }) =>
					!wanted.ignoreChanges.some((ignored) => under(path, ignored)),
			);
	const renamed = is.identity !== wanted.identity;
	const losesProtection = losesProtectionIn(is, wanted);
	const action = inputs.some(({ replaces }) => replaces)
		? "replace"
		: inputs.length > 0 || losesProtection
			? "update"
			: renamed
				? "rename"
				: undefined;
	return action && changeOf(action, wanted, inputs, is);
}

const losesProtectionIn = (is: RecordedResource, wanted: RecordedResource) =>
	(is.protect && !wanted.protect) ||
	(is.retainOnDelete && !wanted.retainOnDelete);

function changeOf(
	action: ResourceChange["action"],
	resource: RecordedResource,
	inputs: readonly InputChange[],
	is?: RecordedResource,
): ResourceChange {
	const { identity, type, name, within, component } = resource;
	return {
		action,
		identity,
		type,
		name,
		within,
		component,
		...(is && is.identity !== identity && { renamedFrom: is.identity }),
		inputs,
		data: isData(resource),
		wasProtected: is?.protect ?? false,
		losesProtection: is !== undefined && losesProtectionIn(is, resource),
	};
}

const placeOf = ({ within, identity }: ResourceChange) =>
	[...within, identity].join("/");
