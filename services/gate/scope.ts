/** One resource and the actions a client asks for. */
export interface RequestedScope {
	readonly type: string;
	readonly name: string;
	readonly actions: readonly string[];
}

/** Scopes in one request; clients send one for each repository they touch, mounts included. */
export const MAX_SCOPES = 64;

/** Characters of one scope: the longest name, its type and actions fit several times over. */
export const MAX_SCOPE_LENGTH = 1024;

// resourcetype with its deprecated class, https://distribution.github.io/distribution/spec/auth/scope/
const TYPE = /^([a-z0-9]+)(?:\([a-z0-9]+\))?$/;

/**
 * Reads `scope` values, each a list separated by spaces, of the form
 * `type[(class)]:name:action[,action]`.
 *
 * What is not of this form is left out, as no table can grant it. The name may be any text, with
 * the port of a host in it (`host:5000/app`).
 *
 * @throws when there are too many scopes or one is too long
 */
export function parseScopes(values: readonly string[]): RequestedScope[] {
	const scopes = values.flatMap((value) => value.split(" ")).filter(Boolean);
	if (scopes.length > MAX_SCOPES) {
		throw new Error(
			`scope names ${scopes.length} resources: expected at most ${MAX_SCOPES}`,
		);
	}
	return scopes.flatMap((scope) => {
		if (scope.length > MAX_SCOPE_LENGTH) {
			throw new Error(
				`scope has ${scope.length} characters: expected at most ${MAX_SCOPE_LENGTH}`,
			);
		}
		const first = scope.indexOf(":");
		const last = scope.lastIndexOf(":");
		const type = TYPE.exec(scope.slice(0, Math.max(first, 0)))?.[1];
		if (type === undefined || first === last) return [];
		return [
			{
				type,
				name: scope.slice(first + 1, last),
				actions: scope.slice(last + 1).split(","),
			},
		];
	});
}
