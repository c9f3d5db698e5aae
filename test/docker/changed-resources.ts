/** Names of the resources a run replaced, created, updated or deleted; looking at one is no change. */
export function changedResources(stdout: string): readonly string[] {
	const steps = [
		...stdout.matchAll(/^ (?:\+|-|~|\+-|\+\+|--) +\S+ (\S+) (?!refresh)/gm),
	];
	return [...new Set(steps.map(([, name = ""]) => name))];
}
