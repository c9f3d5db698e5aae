import {
	type Principal,
	type TokenAction,
	tokenActions,
} from "../../topology/access.ts";
import type { GateRegistry } from "../../topology/gate-config.ts";
import {
	acceptsName,
	MAX_NAME_LENGTH,
	REPOSITORY_NAME,
} from "../../topology/naming.ts";
import type { RequestedScope } from "./scope.ts";
import type { TokenAccess } from "./tokens.ts";

/**
 * What a principal gets of what it asked for: never more than the access table holds, one entry for
 * each resource, and no entry for a resource on which nothing is granted.
 *
 * `*` asks for everything the table holds (`skopeo delete` does) and is never granted as such; the
 * list of repositories is the one resource whose only action is `*`.
 */
export function grantedAccess(
	registry: GateRegistry,
	principal: Principal,
	requested: readonly RequestedScope[],
): TokenAccess[] {
	const granted = new Map<string, Set<string>>();
	for (const scope of requested) {
		const allowed = allowedActions(registry, principal, scope);
		const asked = allowed.filter(
			(action) => scope.actions.includes(action) || scope.actions.includes("*"),
		);
		if (asked.length === 0) continue;
		const resource = `${scope.type}:${scope.name}`;
		const actions = granted.get(resource) ?? new Set();
		for (const action of asked) actions.add(action);
		granted.set(resource, actions);
	}
	return [...granted].map(([resource, actions]) => {
		const [type = "", name = ""] = resource.split(":");
		return { type, name, actions: ACTION_ORDER.filter((a) => actions.has(a)) };
	});
}

const ACTION_ORDER = ["pull", "push", "delete", "*"] as const;

function allowedActions(
	registry: GateRegistry,
	principal: Principal,
	{ type, name }: RequestedScope,
): readonly (TokenAction | "*")[] {
	if (type === "registry" && name === "catalog") {
		return registry.catalog.includes(principal) ? ["*"] : [];
	}
	if (type !== "repository" || !isRepositoryName(name)) return [];
	const actions = tokenActions(registry.grants[principal] ?? []);
	return acceptsName(registry.naming, name)
		? actions
		: actions.filter((action) => action !== "push");
}

function isRepositoryName(name: string): boolean {
	return name.length <= MAX_NAME_LENGTH && REPOSITORY_NAME.test(name);
}
