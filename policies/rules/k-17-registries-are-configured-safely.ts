import { registriesOf } from "../registry/registries.ts";
import type { StackRule } from "../rule.ts";

const ALGORITHMS = ["EdDSA", "ES256"];
const LOWEST = [3, 1, 2] as const;

/** What distribution does by default is not what a registry of several tiers needs. */
export const registriesAreConfiguredSafely: StackRule = {
	id: "K-17",
	sentence:
		"a registry takes tokens of pinned algorithms alone, checks manifests, keeps its debug port inside, and is 3.1.2 or later",
	remedy:
		"set auth.token with signingalgorithms [EdDSA], http.secret and a debug.addr on 127.0.0.1; leave out silly, htpasswd, storage.cache and validation.disabled",
	severity: "high",
	link: "https://distribution.github.io/distribution/about/configuration/",
	judgeStack(resources, report) {
		for (const { server, config } of registriesOf(resources)) {
			const { auth = {}, http = {}, storage = {}, validation = {} } = config;
			const say = (fact: string) =>
				report(server.resource, `'${server.name}' ${fact}`);
			if (!auth.token) say("asks nobody who they are");
			if (auth.silly !== undefined) say("has auth.silly");
			if (auth.htpasswd !== undefined) say("has auth.htpasswd");
			const algorithms = auth.token?.signingalgorithms ?? [];
			// The default list has HS256, with which the public key would be the secret.
			if (auth.token && algorithms.length === 0)
				say("pins no signing algorithm");
			for (const algorithm of algorithms) {
				if (!ALGORITHMS.includes(algorithm))
					say(`takes tokens signed with ${algorithm}`);
			}
			if (!http.secret) say("has no http.secret");
			const debug = http.debug?.addr ?? "127.0.0.1:";
			if (!debug.startsWith("127.0.0.1:"))
				say(`has its debug port on ${debug}`);
			if (validation.disabled === true || validation.enabled === false)
				say("checks no manifests");
			// After garbage collection it would still say that deleted blobs are there.
			if (storage.cache !== undefined && storage.delete?.enabled === true)
				say("caches what it knows about blobs that may be deleted");
			const version = versionIn(server.image);
			if (version && isBelow(version, LOWEST))
				say(`is distribution ${version.join(".")}`);
		}
	},
};

/** The version in an image's tag, where it has one: `registry:3.1.2@sha256:…`. */
function versionIn(image: string): readonly number[] | undefined {
	const [name = ""] = image.split(/@?sha256:/);
	const [, tag] = /:(\d+(?:\.\d+){0,2})(?:-[\w.]+)?$/.exec(name) ?? [];
	return tag?.split(".").map(Number);
}

function isBelow(
	version: readonly number[],
	lowest: readonly number[],
): boolean {
	for (const [index, least] of lowest.entries()) {
		const part = version[index];
		// `registry:3` may be any 3.
		if (part === undefined || part < least) return true;
		if (part > least) return false;
	}
	return false;
}
