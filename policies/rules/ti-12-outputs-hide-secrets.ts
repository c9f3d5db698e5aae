import { STACK_TYPE } from "../resource.ts";
import type { StackRule } from "../rule.ts";
import { generatedSecrets, secretsIn } from "../secrets.ts";

/** Outputs are printed at the end of every `up`, into the log of whoever ran it. */
export const outputsHideSecrets: StackRule = {
	id: "TI-12",
	sentence: "what a stack exports is a secret where it holds one",
	remedy: "wrap the output in pulumi.secret, or leave out what made it public",
	severity: "high",
	link: "https://www.pulumi.com/docs/iac/concepts/secrets/",
	judgeStack(resources, report) {
		const generated = generatedSecrets(resources);
		for (const resource of resources) {
			if (resource.type !== STACK_TYPE) continue;
			for (const [path, text] of inClear(resource.encrypted)) {
				for (const what of secretsIn(text, generated))
					report(resource, `the output ${path} shows ${what}`);
			}
		}
	},
};

/** Every text the state keeps in clear, with where it is. */
function inClear(
	value: unknown,
	path: readonly string[] = [],
): readonly (readonly [string, string])[] {
	if (typeof value === "string") return [[path.join("."), value]];
	if (typeof value !== "object" || value === null) return [];
	return Object.entries(value).flatMap(([key, inner]) =>
		inClear(inner, [...path, key]),
	);
}
