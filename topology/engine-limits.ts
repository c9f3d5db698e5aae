import type { Invariant } from "./invariants/invariant.ts";

/**
 * What the engines do silently wrong: distribution 3.1 as a registry and as a cache, and the clients
 * that can only be served in one way. Checked before anything is deployed, like the invariants.
 */
export const ENGINE_LIMITS: readonly Invariant[] = [
	{
		id: "EL-01",
		statement:
			"a cache and its origin take fallback tags, because distribution answers 404 to the referrers of what it copies",
		remedy:
			"let both tiers take fallback tags, or signatures are not found in the region",
		broken: ({ registries }) =>
			registries.flatMap(({ name, upstream, naming }) => {
				const origin = registries.find((r) => r.name === upstream?.registry);
				if (!origin) return [];
				return [
					...(naming.fallbackTags ? [] : [`cache '${name}' takes none`]),
					...(origin.naming.fallbackTags
						? []
						: [`'${origin.name}', the origin of '${name}', takes none`]),
				];
			}),
	},
	{
		id: "EL-02",
		statement:
			"a cache cannot be written to: distribution in proxy mode takes no push and deletes only what expires",
		remedy: "write to the origin; reset the cache to empty it",
		broken: ({ registries }) =>
			registries.flatMap(
				({ name, mode, deletes, createOnlyTags, retention }) =>
					mode === "pull-through" && (deletes || createOnlyTags || retention)
						? [`cache '${name}' has rules for writing or deleting`]
						: [],
			),
	},
	{
		id: "EL-03",
		statement:
			"a Docker Engine's mirror is of docker.io and open to all who reach it, because the engine asks it for nothing else and never logs in",
		remedy:
			"set anonymousPull, or remove mirrorPort and configure containerd instead",
		broken: ({ registries }) =>
			registries.flatMap(({ name, mirror, flags }) => {
				if (!mirror) return [];
				return [
					...(flags.anonymousPull
						? []
						: [`the mirror port of '${name}' wants a login`]),
					...(mirror.prefix === "docker.io"
						? []
						: [`the mirror port of '${name}' is of '${mirror.prefix}'`]),
				];
			}),
	},
	{
		id: "EL-04",
		statement:
			"nobody but its own front and gate reaches a cache, because distribution serves what it has copied without asking the origin again",
		remedy: "put the cache on a network of its own with its front and gate",
		broken: ({ registries, segments }) =>
			registries
				.filter(({ mode }) => mode === "pull-through")
				.flatMap(({ name, gate }) =>
					segments
						.filter(({ members }) => members.includes(`registry:${name}`))
						.flatMap(({ members }) =>
							members.filter(
								(member) =>
									![
										`registry:${name}`,
										`front:${gate}`,
										`gate:${gate}`,
									].includes(member),
							),
						)
						.map((member) => `${member} reaches cache '${name}'`),
				),
	},
];
