import { containerOf } from "../docker/containers.ts";
import type { StackRule } from "../rule.ts";
import { generatedSecrets, looksRandom, secretsIn } from "../secrets.ts";

/** `docker inspect` shows environment, command and labels to everyone who may use the engine. */
export const noSecretInInspect: StackRule = {
	id: "D-04",
	sentence:
		"no secret is in a container's environment, command or labels, and files it gets are for its user alone",
	remedy:
		'bring it as an upload with permissions "0400", and name the file instead',
	severity: "high",
	link: "https://docs.docker.com/engine/swarm/secrets/#build-support-for-docker-secrets-into-your-images",
	judgeStack(resources, report) {
		const generated = generatedSecrets(resources);
		for (const resource of resources) {
			const container = containerOf(resource);
			if (!container) continue;
			const {
				envs = [],
				command = [],
				entrypoints = [],
				labels = [],
			} = container;
			const shown = [
				...envs.map((text) => ["environment", text] as const),
				...[...entrypoints, ...command].map(
					(text) => ["command", text] as const,
				),
				...labels.map(
					({ label, value }) => ["labels", `${label}=${value}`] as const,
				),
			];
			for (const [where, text] of shown) {
				const value = text.slice(text.indexOf("=") + 1);
				for (const what of secretsIn(text, generated))
					report(resource, `its ${where} has ${what}`);
				if (where === "environment" && looksRandom(value))
					report(
						resource,
						`its environment has what looks like a key: ${text.split("=")[0]}`,
					);
			}
			for (const { file, permissions = "0644" } of container.uploads ?? []) {
				if (!/^0?[45]00$/.test(permissions))
					report(
						resource,
						`its file ${file} has the permissions ${permissions}`,
					);
			}
		}
	},
};
