import { SELF_TEST_REPOSITORY } from "../../../topology/naming.ts";
import type { Login } from "../../../topology/self-test-config.ts";
import type { Registry } from "../../oci/registry.ts";
import { attempt } from "./attempt.ts";
import type { Actions, NewClient } from "./clients.ts";
import { bytesOf, type TestImages } from "./images.ts";
import type { Act } from "./plan-cell.ts";
import { nameOfTag } from "./scene.ts";
import type { Step } from "./verdict.ts";

const ACTIONS: Readonly<Record<Act["kind"], Actions>> = {
	pull: [],
	upload: ["push"],
	push: ["push"],
	delete: ["delete"],
};

/** Does, or tries, what a cell is about, as somebody who logs in for it; without a login as nobody. */
export async function perform(
	act: Act,
	registry: {
		readonly url: string;
		readonly images: TestImages;
		readonly newClient: NewClient;
	},
	login: Login | undefined,
): Promise<Step> {
	const { url, images, newClient } = registry;
	const client = newClient(url, login, ACTIONS[act.kind]);
	const who = login?.secret ?? "anonymous";
	return {
		what: `${who} ${described(act)}`,
		attempt: await attempt(() => requests(act, client, images)),
	};
}

function described(act: Act): string {
	switch (act.kind) {
		case "upload":
			return `uploads a blob to ${SELF_TEST_REPOSITORY}`;
		case "pull":
			return `pulls ${nameOfTag(act)}`;
		case "push":
			return `pushes ${act.content.digest} to ${nameOfTag(act)}`;
		case "delete":
			return `deletes ${nameOfTag(act)}`;
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
