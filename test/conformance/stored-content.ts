import { Registry } from "../../services/oci/registry.ts";
import { Transport } from "../../services/oci/transport.ts";
import type { StoredContent, SuiteTarget } from "./settings.ts";

/** A manifest as far as it names others. */
interface Links {
	readonly config?: { readonly digest: string };
	readonly layers?: readonly { readonly digest: string }[];
	readonly manifests?: readonly { readonly digest: string }[];
}

/** Every tag of a target's first repository, with the manifests and blobs behind them. */
export async function storedContent({
	address,
	username,
	password,
	repositories: [repository],
}: SuiteTarget): Promise<StoredContent> {
	const transport = new Transport();
	try {
		const registry = new Registry({
			url: `http://${address}`,
			credentials: async () => ({ username, password }),
			transport,
		});
		const tags: string[] = [];
		for await (const tag of registry.tags(repository)) tags.push(tag);
		const manifests = new Set<string>();
		const blobs = new Set<string>();
		for (const tag of tags) await visit(tag);
		return { tags, manifests: [...manifests], blobs: [...blobs] };

		async function visit(reference: string): Promise<void> {
			const { digest, bytes } = await registry.getManifest(
				repository,
				reference,
			);
			if (manifests.has(digest)) return;
			manifests.add(digest);
			const links: Links = JSON.parse(bytes.toString());
			for (const blob of [links.config, ...(links.layers ?? [])]) {
				if (blob) blobs.add(blob.digest);
			}
			for (const child of links.manifests ?? []) await visit(child.digest);
		}
	} finally {
		await transport.close();
	}
}
