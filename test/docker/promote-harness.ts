import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll } from "vitest";
import {
	bundle,
	type Promoter,
	promoterProcess,
	type TestEnd,
} from "./promoter-process.ts";

let bundled: Promise<string> | undefined;
afterAll(async () => {
	if (bundled) await rm(dirname(await bundled), { recursive: true });
});

/** Sets a promoter up that reads the given manifest; its program is bundled once for a test file. */
export async function setUpPromoter(
	source: TestEnd,
	destination: TestEnd,
	manifest: string,
): Promise<Promoter> {
	bundled ??= mkdtemp(join(tmpdir(), "jobs-")).then((to) =>
		bundle(join(to, "jobs.mjs")),
	);
	const program = await bundled;
	return promoterProcess({ program, source, destination, manifest });
}
