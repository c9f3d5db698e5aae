/** One file that tells a client where images come from. */
export interface ClientFile {
	/** Path below `/etc` on the client's machine, e.g. `docker/daemon.json`. */
	readonly path: string;
	/** One sentence without a full stop: who pulls what from where. */
	readonly purpose: string;
	readonly text: string;
}

/** A file whose text begins with what it is for, where it goes, and what else to know. */
export function commentedFile(
	path: string,
	purpose: string,
	notes: readonly string[],
	content: string,
): ClientFile {
	const comments = [`${purpose}.`, `Goes to /etc/${path}.`, ...notes];
	const text = `${comments.map((line) => `# ${line}`).join("\n")}\n\n${content}\n`;
	return { path, purpose, text };
}
