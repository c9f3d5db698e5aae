import type { ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { closure } from "../services/oci/closure.ts";
import {
	blob,
	fallbackTag,
	image,
	index,
	push,
	referrer,
	referrers,
} from "../services/oci/images.ts";
import { setUpPromoter } from "./promote-harness.ts";
import { type Kill, startKillingProxies } from "./promote-killing-proxy.ts";
import { entry, type Promoter } from "./promoter-process.ts";
import { type RunningRegistry, startRegistry } from "./registry-server.ts";

const shared = blob(randomBytes(300_000));
const app = index([
	image([shared, blob("amd64")]),
	image([shared, blob("arm64")]),
]);
const sbom = referrer(app, "application/spdx+json");

let source: RunningRegistry;
let destination: RunningRegistry;
// A repository for each run, in one registry: starting one for each would take most of the time.
// Blobs are still new to each repository, and mounts only ever come from the run's own.
let runs = 0;

beforeAll(async () => {
	source = await startRegistry();
	destination = await startRegistry();
});
afterAll(async () => {
	await source?.stop();
	await destination?.stop();
});

/** What a tag of the destination points to, if it is there, after all it stands for was checked. */
async function complete(name: string, tag: string) {
	const url = `${destination.url}/v2/${name}/manifests/${tag}`;
	const answer = await fetch(url, {
		headers: { accept: "application/vnd.oci.image.index.v1+json" },
	});
	await answer.arrayBuffer();
	if (answer.status === 404) return undefined;
	const [digest, ...rest] = await closure(destination.url, name, tag);
	return { digest, rest };
}

/** Kills a promoter at its nth request, then lets another one finish. False if it ended before. */
async function killed(kill: Kill): Promise<boolean> {
	const name = `team/run-${++runs}`;
	await push(source.url, name, app);
	await push(source.url, name, referrers([sbom]), fallbackTag(app));
	const manifest = entry(name, app.digest, "1.0.0");
	let child: ChildProcess | undefined;
	const proxies = await startKillingProxies(
		[source.url, destination.url],
		kill,
		() => child?.kill("SIGKILL"),
	);
	const [from = "", to = ""] = proxies.urls;
	const victim = await setUpPromoter({ url: from }, { url: to }, manifest);
	const { status, stdout } = await victim.run(["promote", "run"], {
		onStart: (process) => {
			child = process;
		},
	});
	await proxies.close();
	await victim.remove();

	const left = await complete(name, "1.0.0");
	if (left) {
		expect(left.digest).toBe(app.digest);
		const list = await complete(name, fallbackTag(app));
		expect(list?.rest).toContain(sbom.digest);
	}
	if (status !== null) {
		expect(status, stdout).toBe(0);
		expect(proxies.requests).toBeLessThan(kill.n);
		expect(left?.digest).toBe(app.digest);
		return false;
	}
	await finishes(await setUpPromoter(source, destination, manifest), name);
	return true;
}

async function finishes(promoter: Promoter, name: string): Promise<void> {
	const { status, counts } = await promoter.report();
	expect(status).toBe(0);
	expect(counts.promoted + counts.present).toBe(1);
	expect((await complete(name, "1.0.0"))?.digest).toBe(app.digest);
	const list = await complete(name, fallbackTag(app));
	expect(list?.rest).toContain(sbom.digest);
	await promoter.remove();
}

test.each(["half", "after"] as const)(
	"kill -9 %s a request, whichever, leaves no tag half done, and the next run finishes",
	async (moment) => {
		let n = 1;
		while (await killed({ n, moment })) n++;
		// Fewer would mean that the run was not what it is meant to be here.
		expect(n).toBeGreaterThan(30);
	},
	600_000,
);
