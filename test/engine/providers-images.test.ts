import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BUSYBOX_DOCKERFILE, busyboxBinary, docker } from "./busybox.ts";
import { type TestStack, testStack } from "./engine.ts";

const REMOTE = "registry-tiers-test/remote:1";
const REMOTE_ALIAS = "registry-tiers-test/remote:alias";
const LOCAL = "registry-tiers-test/local:1";

const PROGRAM = `
	import * as docker from "@pulumi/docker";
	const { TRIGGER = "1", KEEP, FAIL, PUSH } = process.env;
	const remote = new docker.RemoteImage("remote", {
		name: "${REMOTE}",
		keepLocally: KEEP === "1",
		triggers: { content: TRIGGER },
		build: {
			context: "context",
			dockerfile: FAIL ? "Broken.Dockerfile" : "Dockerfile",
			buildArgs: { GREETING: TRIGGER },
			labels: { tier: "prod" },
			target: FAIL ? "" : "final",
			tags: ["${REMOTE_ALIAS}"],
		},
	});
	const local = new docker.Image("local", {
		imageName: "${LOCAL}",
		skipPush: PUSH !== "1",
		build: { context: "context", dockerfile: "Outside.Dockerfile", platform: "linux/amd64", args: { GREETING: "local" } },
	});
	export const outputs = { imageId: remote.imageId, repoDigest: remote.repoDigest, digest: local.repoDigest, context: local.context };
`;

const STAGED = `${BUSYBOX_DOCKERFILE}
FROM scratch AS final
ARG GREETING
COPY --from=0 /bin/busybox /bin/sh
COPY . /context
ENV GREETING=$GREETING
`;

interface Outputs {
	readonly imageId: string;
	readonly repoDigest: string;
	readonly digest: string;
	readonly context: string;
}

let stack: TestStack;

const outputs = async () =>
	(await stack.outputs<{ outputs: Outputs }>()).outputs;
const file = (name: string) => join(stack.folder, name);
const inspect = (name: string) => docker.getImage(name).inspect();
const exists = (name: string) =>
	inspect(name).then(
		() => true,
		() => false,
	);

beforeAll(async () => {
	stack = await testStack(PROGRAM);
	await mkdir(file("context/notes"), { recursive: true });
	await writeFile(file("context/busybox"), await busyboxBinary(), {
		mode: 0o755,
	});
	await writeFile(file("context/Dockerfile"), STAGED);
	await writeFile(
		file("context/Broken.Dockerfile"),
		"FROM scratch\nCOPY busybox /bin/sh\nRUN echo about to fail && exit 7\n",
	);
	await writeFile(file("Outside.Dockerfile"), STAGED);
	await writeFile(
		file("context/.dockerignore"),
		"# drafts\n**/*.md\n!notes/kept.md\n",
	);
	await writeFile(file("context/notes/draft.md"), "left out");
	await writeFile(file("context/notes/kept.md"), "kept");
	await stack.up();
});
afterAll(async () => {
	await stack.remove();
	for (const name of [REMOTE_ALIAS, LOCAL])
		await docker.getImage(name).remove({ force: true });
});

/** The paths in the last layer but one of an image, from a container that never runs. */
async function contextFiles(image: string): Promise<string[]> {
	const container = await docker.createContainer({
		Image: image,
		Cmd: ["/bin/sh"],
	});
	try {
		const { extract } = await import("tar-stream");
		const names: string[] = [];
		const tar = (await container.getArchive({
			path: "/context",
		})) as NodeJS.ReadableStream;
		for await (const entry of tar.pipe(extract())) {
			if (entry.header.type === "file") names.push(entry.header.name);
			entry.resume();
		}
		return names.sort();
	} finally {
		await container.remove();
	}
}

describe("RemoteImage with build", () => {
	test("is built with arguments, labels, the named stage and further names", async () => {
		const { imageId, repoDigest } = await outputs();
		const { Id, Config } = await inspect(REMOTE);
		expect(imageId).toBe(Id);
		expect(repoDigest).toBe("");
		expect(Config.Env).toContain("GREETING=1");
		expect(Config.Labels).toEqual({ tier: "prod" });
		expect((await inspect(REMOTE_ALIAS)).Id).toBe(Id);
	});

	test("holds what .dockerignore leaves, and its Dockerfile", async () => {
		expect(await contextFiles(REMOTE)).toEqual([
			"context/.dockerignore",
			"context/Broken.Dockerfile",
			"context/Dockerfile",
			"context/busybox",
			"context/notes/kept.md",
		]);
	});

	test("is built again in a replacement when a trigger changes, not when a file does", async () => {
		await writeFile(file("context/notes/kept.md"), "kept, changed");
		const same = await stack.up();
		expect(same.steps).toEqual(["update local"]);
		const { imageId } = await outputs();
		const { steps, changes } = await stack.up({ env: { TRIGGER: "2" } });
		expect(changes.remote).toEqual([
			"build.buildArgs.GREETING",
			"triggers.content",
		]);
		expect(steps).toEqual([
			"create-replacement remote",
			"replace remote",
			"delete-replaced remote",
		]);
		const after = await outputs();
		expect(after.imageId).not.toBe(imageId);
		// The new image keeps the name; the old one is gone with its last name.
		expect((await inspect(REMOTE)).Id).toBe(after.imageId);
		expect(await exists(imageId)).toBe(false);
	});

	test("is made again after a refresh when it is gone", async () => {
		for (const name of [REMOTE, REMOTE_ALIAS])
			await docker.getImage(name).remove();
		const env = { TRIGGER: "2" };
		const { steps } = await stack.up({ env, refresh: true });
		expect(steps).toEqual(["create remote"]);
		expect((await stack.up({ env, refresh: true })).steps).toEqual([]);
	});

	test("fails with the failing step, what it printed and the Dockerfile", async () => {
		const { output } = await stack.failingUp({
			env: { TRIGGER: "2", FAIL: "1" },
		});
		expect(output).toContain(
			`unable to build image ${REMOTE} from context/Broken.Dockerfile: `,
		);
		expect(output).toContain("exit code: 7");
		expect(output).toMatch(
			/RUN echo about to fail && exit 7\n\s+about to fail\n/,
		);
	});
});

describe("Image", () => {
	const env = { TRIGGER: "2" };

	test("is identified by its id, and built from a Dockerfile outside its context", async () => {
		const { digest, context } = await outputs();
		const { Id, Config } = await inspect(LOCAL);
		expect(digest).toBe(Id);
		expect(context).toBe("context");
		expect(Config.Env).toContain("GREETING=local");
	});

	test("is built again when a file of its context changes, and only if that file counts", async () => {
		await writeFile(file("context/notes/draft.md"), "left out, changed");
		expect((await stack.up({ env })).steps).toEqual([]);
		const { digest } = await outputs();
		await writeFile(file("context/notes/kept.md"), "kept, changed again");
		const { steps, changes } = await stack.up({ env });
		expect(steps).toEqual(["update local"]);
		expect(changes).toEqual({ local: ["build.contextDigest"] });
		expect((await outputs()).digest).not.toBe(digest);
	});

	test("keeps its outputs in a refresh, and is built again when it is gone", async () => {
		const before = await outputs();
		await stack.expectNoDrift({ env });
		expect(await outputs()).toEqual(before);
		await docker.getImage(LOCAL).remove();
		expect((await stack.up({ env, refresh: true })).steps).toEqual([
			"create local",
		]);
	});

	test("is not pushed: a program that wants that is refused", async () => {
		const { output } = await stack.failingUp({ env: { ...env, PUSH: "1" } });
		expect(output).toContain(
			"expected true, the only value the stand-in implements, got false",
		);
	});

	test("names the Dockerfile that is not there", async () => {
		await rm(file("Outside.Dockerfile"));
		const { output } = await stack.failingUp({ env });
		expect(output).toContain('there is no file "Outside.Dockerfile"');
	});
});

test("destroy removes the RemoteImage and keeps the Image", async () => {
	await stack.destroy();
	expect(await exists(REMOTE)).toBe(false);
	expect(await exists(LOCAL)).toBe(true);
});
