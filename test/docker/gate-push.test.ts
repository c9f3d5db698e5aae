import { createHash, randomBytes } from "node:crypto";
import Docker from "dockerode";
import { pack } from "tar-stream";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { namingRule } from "../../topology/naming.ts";
import { type GuardedRegistry, PASSWORD, startGuarded } from "./gate-estate.ts";

const MANIFEST = "application/vnd.oci.image.manifest.v1+json";
const INDEX = "application/vnd.oci.image.index.v1+json";
const TAG = "main-1-abcdef0";
const docker = new Docker();

let snapshots: GuardedRegistry;
let tests: GuardedRegistry;
beforeAll(async () => {
	snapshots = await startGuarded({ requiredLabels: [] });
	tests = await startGuarded({
		name: "ci-tests",
		naming: namingRule("ci-tests", true),
		createOnlyTags: false,
		requiredLabels: ["team"],
		grants: { ci: ["pull", "create", "retag"], cleaner: ["pull", "delete"] },
	});
});
afterAll(async () => {
	await snapshots?.stop();
	await tests?.stop();
});

const digestOf = (text: string | Buffer) =>
	`sha256:${createHash("sha256").update(text).digest("hex")}`;
const descriptor = (text: string, mediaType: string) => ({
	mediaType,
	digest: digestOf(text),
	size: text.length,
});

/** A small client: pushes a blob, puts a manifest, asks for a digest. */
function client({ front, token }: GuardedRegistry, name: string) {
	const scope = `repository:${name}:pull,push`;
	return { pushBlob, pushImage, put, digestAt };

	async function pushBlob(text: string): Promise<void> {
		const headers = { Authorization: `Bearer ${await token("ci", scope)}` };
		const begun = await fetch(`${front.url}/v2/${name}/blobs/uploads/`, {
			method: "POST",
			headers,
		});
		const location = new URL(begun.headers.get("location") ?? "");
		expect(location.host).toBe(front.host);
		location.searchParams.set("digest", digestOf(text));
		const done = await fetch(location, { method: "PUT", headers, body: text });
		expect(done.status).toBe(201);
	}

	async function pushImage(
		reference: string,
		layer: string,
		more: Record<string, unknown> = {},
	) {
		const config = JSON.stringify({ config: { Labels: { layer } } });
		await pushBlob(config);
		await pushBlob(layer);
		const body = JSON.stringify({
			schemaVersion: 2,
			mediaType: MANIFEST,
			config: descriptor(config, "application/vnd.oci.image.config.v1+json"),
			layers: [descriptor(layer, "application/vnd.oci.image.layer.v1.tar")],
			...more,
		});
		const path = reference === "digest" ? digestOf(body) : reference;
		return {
			digest: digestOf(body),
			size: body.length,
			answer: await put(path, body),
		};
	}

	async function put(reference: string, body: string, type = MANIFEST) {
		const answer = await fetch(
			`${front.url}/v2/${name}/manifests/${reference}`,
			{
				method: "PUT",
				headers: {
					Authorization: `Bearer ${await token("ci", scope)}`,
					"Content-Type": type,
				},
				body,
			},
		);
		return {
			status: answer.status,
			digest: answer.headers.get("docker-content-digest"),
			tags: answer.headers.get("oci-tag"),
			text: await answer.text(),
		};
	}

	async function digestAt(reference: string) {
		const answer = await fetch(
			`${front.url}/v2/${name}/manifests/${reference}`,
			{
				method: "HEAD",
				headers: {
					Authorization: `Bearer ${await token("ci", scope)}`,
					Accept: `${MANIFEST}, ${INDEX}`,
				},
			},
		);
		return answer.headers.get("docker-content-digest");
	}
}

describe("docker push", () => {
	/** Pushes an image with one random file; the last line docker prints, or its error. */
	async function push(
		{ front }: GuardedRegistry,
		name: string,
		tag: string,
		content = randomBytes(8),
	): Promise<string> {
		const tar = pack();
		tar.entry({ name: "file", mtime: new Date(0) }, content);
		tar.finalize();
		const repo = `${front.host}/${name}`;
		await finished(await docker.importImage(tar as never, { repo, tag }));
		const image = docker.getImage(`${repo}:${tag}`);
		const pushed = image.push({
			authconfig: {
				username: "ci",
				password: PASSWORD,
				serveraddress: front.host,
			},
		});
		const events = await finished(await pushed).finally(() => image.remove());
		const { error, status } = events.at(-2) ?? {};
		return error ?? events.at(-1)?.error ?? status ?? "";
	}

	function finished(stream: NodeJS.ReadableStream) {
		return new Promise<{ error?: string; status?: string }[]>(
			(resolve, reject) => {
				docker.modem.followProgress(stream, (error, events) => {
					if (events.length > 0) resolve(events);
					else reject(error);
				});
			},
		);
	}

	test("pushes what the rules take", async () => {
		expect(await push(snapshots, "team/engine", TAG)).toMatch(
			/^main-1-abcdef0: digest: sha256:[0-9a-f]{64} size: \d+$/,
		);
	});

	test("shows the rule for names at once", async () => {
		expect(await push(snapshots, "engine", TAG)).toBe(
			"denied: repository 'engine' is not accepted in ci-snapshots: expected team/app",
		);
	});

	test("shows the rule for tags", async () => {
		expect(await push(snapshots, "team/engine", "latest")).toBe(
			"denied: tag 'latest' is not accepted in ci-snapshots: expected main-<n>-<sha> or <version>-<sha>",
		);
	});

	test("shows what a tag that never moves points to", async () => {
		expect(await push(snapshots, "team/engine", TAG)).toMatch(
			/^denied: tag 'main-1-abcdef0' of team\/engine already points to sha256:[0-9a-f]{64} and tags in ci-snapshots never move: push under a new tag$/,
		);
	});

	test("shows which labels are missing", async () => {
		expect(await push(tests, "team/engine", "run-1")).toBe(
			"denied: the image lacks the label team, which ci-tests requires: build with --label team=…",
		);
	});
});

describe("tags", () => {
	test("that never move take the same manifest again and no other", async () => {
		const { pushImage, digestAt } = client(snapshots, "team/create-only");
		const first = await pushImage(TAG, "one");
		expect(first.answer.status).toBe(201);
		const again = await pushImage(TAG, "one");
		expect([again.answer.status, again.answer.digest]).toEqual([
			201,
			first.digest,
		]);
		const other = await pushImage(TAG, "two");
		expect(other.answer.status).toBe(403);
		expect(await digestAt(TAG)).toBe(first.digest);
	});

	test("that never move are created by one of several pushes at once", async () => {
		const { pushImage, digestAt } = client(snapshots, "team/race");
		const pushes = await Promise.all(
			["one", "two", "three", "four"].map((layer) => pushImage(TAG, layer)),
		);
		const created = pushes.filter(({ answer }) => answer.status === 201);
		expect(created).toHaveLength(1);
		expect(await digestAt(TAG)).toBe(created[0]?.digest);
	});

	test("that move are moved", async () => {
		const { pushImage, digestAt } = client(tests, "team/moving");
		const annotations = { team: "platform" };
		await pushImage("run-1", "one", { annotations });
		const second = await pushImage("run-1", "two", { annotations });
		expect(second.answer.status).toBe(201);
		expect(await digestAt("run-1")).toBe(second.digest);
	});

	test("of the query really exist afterwards", async () => {
		const { pushImage, put, digestAt } = client(snapshots, "team/query");
		const { digest } = await pushImage(TAG, "one");
		const answer = await fetch(
			`${snapshots.front.url}/v2/team/query/manifests/${digest}`,
			{
				headers: {
					Authorization: `Bearer ${await snapshots.token("ci", "repository:team/query:pull")}`,
					Accept: MANIFEST,
				},
			},
		);
		const query = "?tag=main-2-abcdef0&tag=main-3-abcdef0";
		const tagged = await put(`${digest}${query}`, await answer.text());
		expect([tagged.status, tagged.tags]).toEqual([
			201,
			"main-2-abcdef0, main-3-abcdef0",
		]);
		expect(await digestAt("main-2-abcdef0")).toBe(digest);
		expect(await digestAt("main-3-abcdef0")).toBe(digest);
	});
});

describe("a referrers tag", () => {
	const reference = digestOf("some subject").replace(":", "-");
	const list = (...manifests: { digest: string; size: number }[]) =>
		JSON.stringify({
			schemaVersion: 2,
			mediaType: INDEX,
			manifests: manifests.map(({ digest, size }) => ({
				mediaType: MANIFEST,
				digest,
				size,
			})),
		});

	test("lists what all clients attached, whoever comes last", async () => {
		const { pushImage, put } = client(snapshots, "team/signed");
		const attached = await Promise.all(
			["one", "two", "three"].map((layer) => pushImage("digest", layer)),
		);
		const answers = await Promise.all(
			attached.map((manifest) => put(reference, list(manifest), INDEX)),
		);
		expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
		const stored = await fetch(
			`${snapshots.front.url}/v2/team/signed/manifests/${reference}`,
			{
				headers: {
					Authorization: `Bearer ${await snapshots.token("developer", "repository:team/signed:pull")}`,
					Accept: INDEX,
				},
			},
		);
		const { manifests } = (await stored.json()) as {
			manifests: { digest: string }[];
		};
		expect(manifests.map(({ digest }) => digest).sort()).toEqual(
			attached.map(({ digest }) => digest).sort(),
		);
	});

	test("can still be written after something it lists was deleted", async () => {
		const { pushImage, put } = client(snapshots, "team/cleaned");
		const gone = await pushImage("digest", "one");
		const kept = await pushImage("digest", "two");
		await put(reference, list(gone), INDEX);
		const scope = "repository:team/cleaned:delete";
		const deleted = await fetch(
			`${snapshots.front.url}/v2/team/cleaned/manifests/${gone.digest}`,
			{
				method: "DELETE",
				headers: {
					Authorization: `Bearer ${await snapshots.token("cleaner", scope)}`,
				},
			},
		);
		expect(deleted.status).toBe(202);
		expect((await put(reference, list(kept), INDEX)).status).toBe(201);
	});
});

describe("rights", () => {
	test("the cleaner lists repositories and CI does not", async () => {
		const status = async (principal: string) => {
			const token = await snapshots.token(principal, "registry:catalog:*");
			const answer = await fetch(`${snapshots.front.url}/v2/_catalog`, {
				headers: { Authorization: `Bearer ${token}` },
			});
			return answer.status;
		};
		expect([await status("cleaner"), await status("ci")]).toEqual([200, 401]);
	});

	test.each([
		["PUT", "no token", async () => undefined],
		["PUT", "a token of nobody", async () => "a.b.c"],
		[
			"PUT",
			"a token to pull",
			() => snapshots.token("ci", "repository:team/app:pull"),
		],
		["DELETE", "no token", async () => undefined],
		["DELETE", "a token of nobody", async () => "a.b.c"],
		[
			"DELETE",
			"a token to pull and push",
			() => snapshots.token("ci", "repository:team/app:pull,push"),
		],
	])(
		"a %s with %s is answered by the gate as by the registry itself",
		async (method, _, tokenOf) => {
			const token = await tokenOf();
			const ask = async (url: string) => {
				const answer = await fetch(`${url}/v2/team/app/manifests/${TAG}`, {
					method,
					headers: {
						...(token !== undefined && { Authorization: `Bearer ${token}` }),
						"X-Forwarded-Proto": "http",
						"Content-Type": MANIFEST,
					},
					...(method === "PUT" && { body: "{}" }),
				});
				// Go writes the actions of a challenge in any order.
				const sorted = (text: string | null) =>
					text?.replace(/pull,push|push,pull/, "pull,push");
				const { errors } = (await answer.json()) as {
					errors: { detail: object[] }[];
				};
				for (const { detail } of errors) {
					detail.sort((a, b) =>
						JSON.stringify(a).localeCompare(JSON.stringify(b)),
					);
				}
				return {
					status: answer.status,
					challenge: sorted(answer.headers.get("www-authenticate")),
					version: answer.headers.get("docker-distribution-api-version"),
					errors,
				};
			};
			const direct = await ask(snapshots.registry.url);
			const { challenge, ...rest } = direct;
			expect(await ask(snapshots.front.url)).toEqual({
				...rest,
				challenge: challenge?.replace(
					snapshots.registry.host,
					snapshots.front.host,
				),
			});
			expect(direct.status).toBe(401);
		},
	);

	test("a path with a trick in it is not passed on", async () => {
		const answer = await fetch(
			`${snapshots.front.url}/v2/team%2fapp/manifests/${TAG}`,
			{
				method: "PUT",
				headers: {
					Authorization: `Bearer ${await snapshots.token("ci", "repository:team/app:pull,push")}`,
				},
				body: "{}",
			},
		);
		expect(answer.status).toBe(400);
		expect(await answer.json()).toMatchObject({
			errors: [{ code: "NAME_INVALID" }],
		});
	});
});
