import { sha256 } from "./images.ts";

const ACCEPT = [
	"application/vnd.oci.image.index.v1+json",
	"application/vnd.oci.image.manifest.v1+json",
	"application/vnd.docker.distribution.manifest.list.v2+json",
	"application/vnd.docker.distribution.manifest.v2+json",
].join(", ");

/**
 * Downloads everything a tag or digest stands for and hashes it, with plain requests.
 *
 * @returns the digests, the manifest's own first.
 * @throws Error when something is missing or is not what its digest says.
 */
export async function closure(
	url: string,
	repository: string,
	reference: string,
): Promise<readonly string[]> {
	const bytes = await download(
		`${url}/v2/${repository}/manifests/${reference}`,
	);
	const digest = sha256(bytes);
	if (reference.includes(":") && reference !== digest) {
		throw new Error(`${repository}@${reference} hashes to ${digest}`);
	}
	const { config, layers = [], manifests = [] } = JSON.parse(bytes.toString());
	const digests: string[] = [digest];
	for (const child of manifests) {
		digests.push(...(await closure(url, repository, child.digest)));
	}
	for (const blob of config ? [config, ...layers] : []) {
		const content = await download(
			`${url}/v2/${repository}/blobs/${blob.digest}`,
		);
		if (sha256(content) !== blob.digest || content.byteLength !== blob.size) {
			throw new Error(`blob ${blob.digest} of ${repository} is damaged`);
		}
		digests.push(blob.digest);
	}
	return digests;
}

async function download(url: string): Promise<Buffer> {
	const response = await fetch(url, { headers: { accept: ACCEPT } });
	const bytes = Buffer.from(await response.arrayBuffer());
	if (response.status !== 200) throw new Error(`${url}: ${response.status}`);
	return bytes;
}
