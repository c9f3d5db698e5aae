import { afterAll, beforeAll, expect, test } from "vitest";
import { startCluster } from "../../toolchain/cluster/cluster.ts";
import {
	applyObjects,
	kubectl,
	tryKubectl,
} from "../../toolchain/cluster/kubectl.ts";
import { type Edit, edited, titled } from "../kubernetes-objects/edit.ts";
import { EDITS } from "../kubernetes-objects/edits/all.ts";
import type { KubernetesObject } from "../kubernetes-objects/object.ts";
import { sampleObjects } from "../kubernetes-objects/sample.ts";

// `npm test` judges rendered objects without a cluster. Here a cluster judges the same ones.

const [NAMESPACE, ...CONTENT] = sampleObjects();

beforeAll(async () => {
	await startCluster();
	await applyObjects(NAMESPACE);
});

afterAll(async () => {
	await kubectl(["delete", "namespace", NAMESPACE?.metadata.name ?? ""]);
});

test("the API server takes the sample, as the checks of `npm test` do", async () => {
	expect(
		await refusal({ kind: "List", apiVersion: "v1", items: CONTENT }),
	).toBe("");
});

test.each(EDITS.filter(({ accepted }) => !accepted).map(titled))(
	"the API server refuses %s, too",
	async (_, edit) => {
		expect(await refusal(edited(edit).object)).not.toBe("");
	},
);

test.each(EDITS.filter(({ accepted }) => accepted).map(titled))(
	"the API server takes %s, and only the checks of `npm test` find it",
	async (_, edit: Edit) => {
		expect(await refusal(edited(edit).object)).toBe("");
	},
);

/** What the API server says against applying an object, as stacks do. @returns nothing when it would */
async function refusal(
	object: KubernetesObject | Readonly<Record<string, unknown>>,
): Promise<string> {
	const { code, stderr } = await tryKubectl(
		[
			...["apply", "--server-side", "--dry-run=server", "--validate=strict"],
			...["-f", "-"],
		],
		JSON.stringify(object),
	);
	return code === 0 ? "" : stderr;
}
