/** Labels as the docker provider writes them, in a stable order. */
export function labelList(labels: Readonly<Record<string, string>>) {
	return Object.entries(labels)
		.sort(([a], [b]) => (a < b ? -1 : 1))
		.map(([label, value]) => ({ label, value }));
}

/**
 * What every container of the estate gives up. Root inside, because files and volumes belong to
 * root and no capability is left to step around that; nothing else of root's power remains.
 */
export const hardened = () => ({
	readOnly: true,
	capabilities: { drops: ["ALL"] },
	securityOpts: ["no-new-privileges"],
});

/** Label that changes with the files a container reads at start, and so replaces it. */
export const FILES_LABEL = "registry-tiers.files";
/**
 * Label that changes with the health check and the scratch space: the real plugin keeps a container
 * for which these change and notes the new ones in the state alone
 * (https://github.com/kreuzwerker/terraform-provider-docker/issues/988).
 */
export const UNWATCHED_LABEL = "registry-tiers.unwatched";
