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
