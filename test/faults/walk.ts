import { closure } from "../services/oci/closure.ts";

/** What a registry holds, all of it downloaded and hashed. */
export interface Walk {
	/** Digest by `repository:tag`. */
	readonly tags: ReadonlyMap<string, string>;
	/** Digests that a tag stands for, its own first, by `repository:tag`. */
	readonly closures: ReadonlyMap<string, readonly string[]>;
}

/**
 * Downloads and hashes everything that all tags of a registry, or of some of its repositories, stand
 * for. It shares no code with what is tested.
 *
 * @throws Error that names every tag of which something is missing or damaged.
 */
export async function walk(
	url: string,
	repositories?: readonly string[],
): Promise<Walk> {
	const tags = new Map<string, string>();
	const closures = new Map<string, readonly string[]>();
	const broken: string[] = [];
	for (const repository of repositories ?? (await catalog(url))) {
		for (const tag of await tagsOf(url, repository)) {
			const name = `${repository}:${tag}`;
			try {
				const digests = await closure(url, repository, tag);
				closures.set(name, digests);
				tags.set(name, digests[0] ?? "");
			} catch (error) {
				broken.push(error instanceof Error ? error.message : String(error));
			}
		}
	}
	if (broken.length > 0) throw new Error(broken.join("\n"));
	return { tags, closures };
}

// Far more than a scenario makes, so that there is one page.
const PAGE = 1000;

async function catalog(url: string): Promise<readonly string[]> {
	const answer = await fetch(`${url}/v2/_catalog?n=${PAGE}`);
	return JSON.parse(await answer.text()).repositories;
}

async function tagsOf(
	url: string,
	repository: string,
): Promise<readonly string[]> {
	const answer = await fetch(`${url}/v2/${repository}/tags/list?n=${PAGE}`);
	// distribution knows no repository in which nothing has a tag.
	if (answer.status === 404) return [];
	return JSON.parse(await answer.text()).tags ?? [];
}
