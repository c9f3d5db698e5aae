import { z } from "zod";
import { type Digest, isDigest } from "../../oci/digest.ts";
import { INDEX_TYPES } from "../../oci/media-types.ts";
import type { Registry } from "../../oci/registry.ts";
import { messageOf } from "../error-message.ts";
import { forEach } from "../workers.ts";
import type { Child, Children } from "./dependents.ts";

const CONCURRENT_READS = 16;

// Looser than what this project moves: whatever a registry took protects what it names.
const indexSchema = z.looseObject({
	manifests: z.array(
		z.looseObject({ digest: z.string(), mediaType: z.string().optional() }),
	),
});

/**
 * Asks a question whose answer depends on what the indexes of a repository name, reading those that the
 * answer says are unread, until it is final.
 *
 * @returns the answer, and what went wrong with indexes that could not be read.
 */
export async function withChildren<
	A extends { readonly unread: readonly Digest[] },
>(
	registry: Registry,
	repository: string,
	ask: (children: Children) => A,
): Promise<{ readonly answer: A; readonly problems: readonly string[] }> {
	const children = new Map<
		Digest,
		readonly Child[] | { readonly unreadable: string }
	>();
	const problems: string[] = [];
	for (;;) {
		const answer = ask(children);
		if (answer.unread.length === 0) return { answer, problems };
		await forEach(answer.unread, CONCURRENT_READS, async (digest) => {
			try {
				children.set(digest, await readChildren(registry, repository, digest));
			} catch (error) {
				const unreadable = messageOf(error);
				children.set(digest, { unreadable });
				problems.push(unreadable);
			}
		});
	}
}

async function readChildren(
	registry: Registry,
	repository: string,
	digest: Digest,
): Promise<readonly Child[]> {
	const { bytes } = await registry.getManifest(repository, digest);
	const { manifests } = indexOf(bytes, `${repository}@${digest}`);
	return manifests.flatMap((child) =>
		isDigest(child.digest)
			? [
					{
						digest: child.digest,
						isIndex: INDEX_TYPES.includes(child.mediaType ?? ""),
					},
				]
			: [],
	);
}

function indexOf(bytes: Buffer, name: string): z.infer<typeof indexSchema> {
	let json: unknown;
	try {
		json = JSON.parse(bytes.toString());
	} catch {
		throw new Error(`${name} is no JSON, expected an index`);
	}
	const { data } = indexSchema.safeParse(json);
	if (data) return data;
	throw new Error(`${name} lists no manifests, expected an index`);
}
