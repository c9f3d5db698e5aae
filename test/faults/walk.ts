import { PROMOTION_PREDICATE } from "../../services/jobs/promote/record-statement.ts";
import { closure } from "../services/oci/closure.ts";

/** What a registry holds, all of it downloaded and hashed. */
export interface Walk {
	/** Digest by `repository:tag`. */
	readonly tags: ReadonlyMap<string, string>;
	/** Digests that a tag stands for, its own first, by `repository:tag`. */
	readonly closures: ReadonlyMap<string, readonly string[]>;
	/** Digests of promotion records and all they consist of, by `repository:sha256-…`. */
	readonly records: ReadonlyMap<string, readonly string[]>;
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
	const records = new Map<string, readonly string[]>();
	const broken: string[] = [];
	for (const repository of repositories ?? (await catalog(url))) {
		for (const tag of await tagsOf(url, repository)) {
			const name = `${repository}:${tag}`;
			try {
				const digests = await closure(url, repository, tag);
				closures.set(name, digests);
				tags.set(name, digests[0] ?? "");
				if (LIST.test(tag)) {
					records.set(name, await recordsIn(url, repository, tag));
				}
			} catch (error) {
				broken.push(error instanceof Error ? error.message : String(error));
			}
		}
	}
	if (broken.length > 0) throw new Error(broken.join("\n"));
	return { tags, closures, records };
}

const LIST = /^sha256-[0-9a-f]{64}$/;

async function recordsIn(
	url: string,
	repository: string,
	tag: string,
): Promise<readonly string[]> {
	const answer = await fetch(`${url}/v2/${repository}/manifests/${tag}`, {
		headers: { accept: "application/vnd.oci.image.index.v1+json" },
	});
	const digests: string[] = [];
	for (const { digest, annotations } of JSON.parse(await answer.text())
		.manifests) {
		const kind = annotations?.["dev.sigstore.bundle.predicateType"];
		if (kind !== PROMOTION_PREDICATE) continue;
		digests.push(...(await closure(url, repository, digest)));
	}
	return digests;
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
