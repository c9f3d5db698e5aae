import { SELF_TEST_REPOSITORY } from "../../../topology/naming.ts";
import type { Registry } from "../../oci/registry.ts";
import { attempt } from "./attempt.ts";
import { bytesOf, type TestImages } from "./images.ts";
import type { Act } from "./plan-cell.ts";
import { nameOfTag } from "./scene.ts";
import type { Step } from "./verdict.ts";

/** Does, or tries, what a cell is about, as whoever the client is. */
export async function perform(
	act: Act,
	client: Registry,
	images: TestImages,
): Promise<Step> {
	return {
		what: described(act),
		attempt: await attempt(() => requests(act, client, images)),
	};
}

function described(act: Act): string {
	switch (act.kind) {
		case "upload":
			return `upload of a blob to ${SELF_TEST_REPOSITORY}`;
		case "pull":
			return `pull of ${nameOfTag(act)}`;
		case "push":
			return `push of ${act.content.digest} to ${nameOfTag(act)}`;
		case "delete":
			return `delete of ${nameOfTag(act)}`;
	}
}

async function requests(
	act: Act,
	client: Registry,
	{ config: { digest, bytes } }: TestImages,
): Promise<void> {
	switch (act.kind) {
		case "pull": {
			const got = await client.getManifest(act.repository, act.tag);
			if (act.digest === undefined || got.digest === act.digest) return;
			throw new Error(`got ${got.digest}, expected ${act.digest}`);
		}
		case "upload":
			return client.uploadBlob(
				SELF_TEST_REPOSITORY,
				{ digest, size: bytes.byteLength },
				async () => bytesOf(bytes),
			);
		case "push":
			return client.putManifest(act.repository, act.tag, act.content);
		case "delete":
			await client.deleteManifest(act.repository, act.tag);
	}
}
