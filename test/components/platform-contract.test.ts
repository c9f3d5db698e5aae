import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import type {
	Platform,
	ServerArgs,
	Storage,
} from "../../components/platform/platform.ts";
import { deploy, plain, SECRET_KEY } from "./harness.ts";
import { PLATFORMS } from "./platform-view.ts";

const REFERENCE = `registry.example.com/server@sha256:${"0".repeat(64)}`;
const SECRET = "a secret of the server";
const REREAD = "a secret that is read again";

class Parent extends pulumi.ComponentResource {
	constructor() {
		super("test:index:Parent", "parent");
	}
}

const server = (
	platform: Platform,
	parent: pulumi.Resource,
	storage: Storage,
	readOnly: boolean,
): ServerArgs => ({
	member: readOnly ? "registry:prod" : "registry:prod-rw",
	image: platform.image(
		"image",
		{ kind: "given", reference: REFERENCE },
		{ parent },
	),
	entrypoint: ["serve"],
	args: ["--config", "/config/config.yml"],
	env: { LEVEL: "info" },
	files: { "config.yml": pulumi.secret(SECRET) },
	scripts: { helper: "#!/bin/sh\n" },
	reread: { path: "/keys", files: { "keys.json": pulumi.secret(REREAD) } },
	mounts: [{ storage, path: "/data", readOnly }],
	networks: [],
	listens: [readOnly ? 5000 : 5010],
	health: ["check", "--fast"],
	memoryMiB: 200,
	reservedMiB: 50,
	stopSeconds: 12,
});

/** Everything the port can make, once. */
function everything(platform: Platform): void {
	const parent = new Parent();
	const storage = (durability: "kept" | "disposable") =>
		platform.storage(
			`${durability}-store`,
			{ durability, owner: "registry:prod", size: "1Gi" },
			{ parent },
		);
	const kept = storage("kept");
	const disposable = storage("disposable");
	platform.server("server", server(platform, parent, disposable, false), {
		parent,
	});
	platform.sideBySide(
		"pair",
		[false, true].map((readOnly) => ({
			name: readOnly ? "reader" : "writer",
			args: server(platform, parent, kept, readOnly),
			dependsOn: [],
		})),
		parent,
	);
	const {
		member: _,
		args: loop,
		health,
		listens: __,
		...program
	} = server(platform, parent, disposable, false);
	platform.schedule(
		"jobs",
		{
			...program,
			loop: { args: loop, health },
			runs: [
				{
					name: "cleanup",
					member: "job:cleanup",
					schedule: "0 3 * * *",
					timeZone: "UTC",
					args: ["--config", "/config/config.yml"],
					credentials: {},
					deadlineSeconds: 600,
				},
			],
		},
		{ parent },
	);
}

// One after the other: there is one mocked engine.
const deployments = [];
for (const under of PLATFORMS) {
	const { resources } = await deploy(() => everything(under.make()));
	deployments.push({ ...under, resources });
}

describe.each(deployments)("on $name", (deployment) => {
	const { programs, fileTypes, storageType, resources } = deployment;
	const byName = programs(resources);
	const all = [...byName.values()].flat();

	test("every program starts from its image, with its own command and environment", () => {
		expect(all).toHaveLength(4);
		for (const { image, command, environment } of all) {
			expect(image).toBe(REFERENCE);
			expect(command).toEqual(["serve", "--config", "/config/config.yml"]);
			expect(environment).toEqual({ LEVEL: "info" });
		}
	});

	test("has no capability, gains none, and writes to no root file system", () => {
		for (const program of all) {
			expect(program).toMatchObject({
				readOnlyRoot: true,
				dropsAllCapabilities: true,
				gainsPrivileges: false,
			});
		}
	});

	test("has its memory and no more, and at least its time to stop", () => {
		for (const { memoryMiB, stopSeconds } of all) {
			expect(memoryMiB).toBe(200);
			expect(stopSeconds).toBeGreaterThanOrEqual(12);
		}
	});

	test("a server is asked how it is by its own command", () => {
		expect(byName.get("server")?.[0]?.health).toEqual(["check", "--fast"]);
	});

	test("finds its files and those it reads again where it looks, and can write neither", () => {
		for (const { mounts } of all) {
			expect(mounts).toContainEqual({ path: "/config", readOnly: true });
			expect(mounts).toContainEqual({ path: "/keys", readOnly: true });
		}
	});

	test("two servers side by side share a storage, which one of them cannot write", () => {
		const pair = byName.get("pair") ?? [
			...(byName.get("writer") ?? []),
			...(byName.get("reader") ?? []),
		];
		expect(
			pair.map(({ mounts }) => mounts.find(({ path }) => path === "/data")),
		).toEqual([
			{ path: "/data", readOnly: false },
			{ path: "/data", readOnly: true },
		]);
	});

	test("contents of files are secret, and in no resource but those for files", () => {
		for (const text of [SECRET, REREAD]) {
			const holders = resources.filter(({ inputs }) =>
				JSON.stringify(plain(inputs)).includes(text),
			);
			expect(holders.length).toBeGreaterThan(0);
			for (const { type, inputs } of holders) {
				expect(fileTypes).toContain(type);
				expect(inClear(inputs, text)).toBe(false);
			}
		}
	});

	test("each storage is one resource", () => {
		expect(
			resources
				.filter(
					({ type, name }) => type === storageType && name.endsWith("-store"),
				)
				.map(({ name }) => name),
		).toEqual(["disposable-store", "kept-store"]);
	});
});

function inClear(value: unknown, text: string): boolean {
	if (typeof value === "string") return value.includes(text);
	if (value === null || typeof value !== "object") return false;
	if (SECRET_KEY in value) return false;
	return Object.values(value).some((inner) => inClear(inner, text));
}
