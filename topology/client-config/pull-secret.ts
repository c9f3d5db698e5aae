import type { Estate } from "../estate.ts";
import { type ClientFile, commentedFile } from "./client-file.ts";
import { type PullPath, pullPaths } from "./pull-path.ts";

/**
 * A script that makes the pull secrets for pods of a location: one for each registry that may be asked,
 * the nearest first, since kubelet tries one after the other and containerd shows each to all of them.
 */
export function pullSecrets(
	estate: Estate,
	location: string,
): readonly ClientFile[] {
	const paths = pullPaths(estate, location).filter(
		({ origin, mirrors }) =>
			origin.kind === "tier" &&
			!mirrors.every(({ registry }) => registry.flags.anonymousPull),
	);
	return paths.map(({ prefix, origin, mirrors }: PullPath) => {
		const names = [
			...mirrors.map(({ registry }) => registry.name),
			origin.name,
		];
		return commentedFile(
			`registry-tiers/pull-secrets-${location}.sh`,
			`${location}: secrets with which pods pull ${prefix}/…`,
			[
				"Run it where `npm run password` works, with the namespace of the pods as its argument. The pods",
				`name them in this order: imagePullSecrets: [${names.map((name) => `{ name: pull-${name} }`).join(", ")}]`,
			],
			[
				"set -eu",
				...names.map((name) => createSecret(estate.stack, prefix, name)),
			].join("\n"),
		);
	});
}

// Through a file that is never written: an argument would be there to read for whoever lists processes.
const createSecret = (stack: string, server: string, registry: string) =>
	`password=$(npm run --silent password -- --stack ${stack} consumer ${registry})
auth=$(printf 'consumer:%s' "$password" | base64 | tr -d '\\n')
printf '{"auths":{"${server}":{"auth":"%s"}}}' "$auth" |
  kubectl --namespace "$1" create secret generic pull-${registry} \\
    --type=kubernetes.io/dockerconfigjson --from-file=.dockerconfigjson=/dev/stdin`;
