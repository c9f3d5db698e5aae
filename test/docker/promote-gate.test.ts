import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { namingRule } from "../../topology/naming.ts";
import {
	blob,
	fallbackTag,
	image,
	index,
	push,
	referrer,
	referrers,
	type TestImage,
} from "../services/oci/images.ts";
import { type GuardedRegistry, PASSWORD, startGuarded } from "./gate-estate.ts";
import { setUpPromoter } from "./promote-harness.ts";
import { entry } from "./promoter-process.ts";
import { type RunningRegistry, startRegistry } from "./registry-server.ts";

const ACCEPT =
	"application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json";

let source: RunningRegistry;
let prod: GuardedRegistry;

beforeAll(async () => {
	source = await startRegistry();
	prod = await startGuarded({
		name: "prod-rw",
		naming: namingRule("prod", true),
	});
});
afterAll(async () => {
	await source?.stop();
	await prod?.stop();
});

const shared = blob("shared");

/** Promotes one image to the registry behind the gate. */
async function promote(name: string, { digest }: TestImage, tag: string) {
	const promoter = await setUpPromoter(
		source,
		{ url: prod.front.url, username: "ci", password: PASSWORD },
		entry(name, digest, tag),
	);
	try {
		return await promoter.report();
	} finally {
		await promoter.remove();
	}
}

async function read(name: string, tag: string) {
	const token = await prod.token("developer", `repository:${name}:pull`);
	const answer = await fetch(`${prod.front.url}/v2/${name}/manifests/${tag}`, {
		headers: { accept: ACCEPT, authorization: `Bearer ${token}` },
	});
	return { status: answer.status, text: await answer.text() };
}

test("an index passes the gate byte by byte", async () => {
	const app = index([
		image([shared, blob("amd64")]),
		image([shared, blob("arm64")]),
	]);
	await push(source.url, "team/app", app);
	const { status, items } = await promote("team/app", app, "1.0.0");
	expect(items).toMatchObject([{ outcome: "promoted" }]);
	expect(status).toBe(0);
	expect((await read("team/app", "1.0.0")).text).toBe(app.bytes.toString());
});

test("a second run finds it there", async () => {
	const app = image([shared]);
	await push(source.url, "team/twice", app);
	await promote("team/twice", app, "1.0.0");
	expect((await promote("team/twice", app, "1.0.0")).counts).toMatchObject({
		promoted: 0,
		present: 1,
	});
});

test("of two promoters with different digests for one tag one wins, and the tag never moves", async () => {
	const one = image([shared, blob("one")]);
	const two = image([shared, blob("two")]);
	await push(source.url, "team/race", one);
	await push(source.url, "team/race", two);
	const reports = await Promise.all([
		promote("team/race", one, "1.0.0"),
		promote("team/race", two, "1.0.0"),
	]);
	const outcomes = reports.map(({ items }) => items[0]?.outcome);
	expect(outcomes.filter((outcome) => outcome === "promoted")).toHaveLength(1);
	const winner = outcomes[0] === "promoted" ? one : two;
	expect((await read("team/race", "1.0.0")).text).toBe(winner.bytes.toString());
});

test("of two promoters with the same digest both succeed", async () => {
	const app = image([shared, blob("same")]);
	await push(source.url, "team/same", app);
	const reports = await Promise.all([
		promote("team/same", app, "1.0.0"),
		promote("team/same", app, "1.0.0"),
	]);
	expect(reports.map(({ status }) => status)).toEqual([0, 0]);
});

describe("signatures", () => {
	const app = image([shared, blob("signed")]);
	const first = referrer(app, "application/spdx+json", "first");
	const second = referrer(app, "application/spdx+json", "second");

	test("of two promotions are merged by gate and promoter, and none is lost", async () => {
		await push(source.url, "team/signed", app);
		await push(source.url, "team/signed", referrers([first]), fallbackTag(app));
		await promote("team/signed", app, "1.0.0");
		await push(
			source.url,
			"team/signed",
			referrers([second]),
			fallbackTag(app),
		);
		const { items } = await promote("team/signed", app, "1.0.1");
		expect(items).toMatchObject([{ outcome: "promoted" }]);
		const { manifests } = JSON.parse(
			(await read("team/signed", fallbackTag(app))).text,
		);
		expect(manifests.map(({ digest }: { digest: string }) => digest)).toEqual([
			first.digest,
			second.digest,
		]);
	});
});

test("an account that may only read promotes nothing and says which right it lacks", async () => {
	const app = image([shared, blob("readonly")]);
	await push(source.url, "team/readonly", app);
	const promoter = await setUpPromoter(
		source,
		{ url: prod.front.url, username: "developer", password: PASSWORD },
		entry("team/readonly", app.digest, "1.0.0"),
	);
	const { status, items } = await promoter.report();
	await promoter.remove();
	expect(status).toBe(1);
	expect(items[0]?.reason).toMatch(
		/^POST .*\/v2\/team\/readonly\/blobs\/uploads\/ was refused with status 401, UNAUTHORIZED: /,
	);
	expect((await read("team/readonly", "1.0.0")).status).toBe(404);
});
