import { kindOf } from "../kubernetes/objects.ts";
import { podOf } from "../kubernetes/pods.ts";
import type { StackRule } from "../rule.ts";
import { generatedSecrets, looksRandom, secretsIn } from "../secrets.ts";

/** ConfigMaps and pod specs are readable by far more people than Secrets, and are not encrypted at rest. */
export const noSecretInClear: StackRule = {
	id: "K-15",
	sentence:
		"no secret is in a ConfigMap, in a command or in an environment variable's value",
	remedy: "put it into a Secret, and mount that as a file",
	severity: "critical",
	link: "https://kubernetes.io/docs/concepts/security/secrets-good-practices/",
	judgeStack(resources, report) {
		const generated = generatedSecrets(resources);
		for (const resource of resources) {
			if (kindOf(resource) === "ConfigMap") {
				const { data = {} } = resource.props as {
					readonly data?: Readonly<Record<string, string>>;
				};
				for (const [key, text] of Object.entries(data)) {
					for (const what of secretsIn(`${key}: ${text}`, generated))
						report(resource, `'${key}' has ${what}`);
				}
			}
			for (const { name, env = [], command = [], args = [] } of podOf(resource)
				?.containers ?? []) {
				for (const variable of env) {
					const { value = "" } = variable;
					for (const what of secretsIn(`${variable.name}=${value}`, generated))
						report(
							resource,
							`the environment of container '${name}' has ${what}`,
						);
					if (looksRandom(value))
						report(
							resource,
							`the environment of container '${name}' has what looks like a key: ${variable.name}`,
						);
				}
				for (const text of [...command, ...args]) {
					for (const what of secretsIn(text, generated))
						report(resource, `the command of container '${name}' has ${what}`);
				}
			}
		}
	},
};
