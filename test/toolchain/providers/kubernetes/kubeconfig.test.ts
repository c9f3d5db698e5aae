import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import {
	concealedConfig,
	configChanges,
} from "../../../../toolchain/providers/kubernetes/config.ts";
import { connection } from "../../../../toolchain/providers/kubernetes/kubeconfig.ts";
import { secret, UNKNOWN } from "../../../../toolchain/providers/values.ts";

const kubeconfig = (server = "https://one.test:6443") =>
	JSON.stringify({
		apiVersion: "v1",
		kind: "Config",
		"current-context": "one",
		clusters: [
			{ name: "one", cluster: { server } },
			{ name: "two", cluster: { server: "https://two.test:6443" } },
		],
		users: [{ name: "admin", user: { token: "t0ken" } }],
		contexts: [
			{
				name: "one",
				context: { cluster: "one", user: "admin", namespace: "team" },
			},
			{ name: "two", context: { cluster: "two", user: "admin" } },
		],
	});

let folder: string;
let file: string;

beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), "kubeconfig-"));
	file = join(folder, "config");
	await writeFile(file, kubeconfig());
});
afterAll(() => rm(folder, { recursive: true }));

describe("a kubeconfig", () => {
	test("is taken as contents or as a path, and only that one", async () => {
		vi.stubEnv("KUBECONFIG", "/nonexistent");
		for (const given of [kubeconfig(), file]) {
			const { server, namespace, options } = await connection({
				kubeconfig: given,
			});
			expect(server).toBe("https://one.test:6443");
			expect(namespace).toBe("team");
			expect((await options()).headers).toEqual({
				Authorization: "Bearer t0ken",
			});
		}
		vi.unstubAllEnvs();
	});

	test("that is not given comes from the environment", async () => {
		vi.stubEnv("KUBECONFIG", file);
		expect((await connection({})).server).toBe("https://one.test:6443");
		vi.unstubAllEnvs();
	});

	test("has other contexts, clusters and namespaces where they are asked for", async () => {
		const other = { kubeconfig: kubeconfig(), context: "two" };
		expect((await connection(other)).server).toBe("https://two.test:6443");
		expect((await connection(other)).namespace).toBe("default");
		expect(
			await connection({ kubeconfig: kubeconfig(), cluster: "two" }),
		).toMatchObject({ server: "https://two.test:6443", namespace: "team" });
		expect((await connection({ ...other, namespace: "prod" })).namespace).toBe(
			"prod",
		);
	});

	test.each([
		[
			{ kubeconfig: kubeconfig(), context: "three" },
			'the kubeconfig has no context "three"; it has one, two',
		],
		[
			{ kubeconfig: kubeconfig(), cluster: "three" },
			'the kubeconfig has no cluster "three"; it has one, two',
		],
		[
			{ kubeconfig: "/nonexistent/config" },
			'the kubeconfig "/nonexistent/config" cannot be read: ENOENT',
		],
		[
			{ kubeconfig: "a: b: secret-key\n" },
			'the provider\'s "kubeconfig" is neither the path of a file nor the YAML of a kubeconfig',
		],
		[
			{ kubeconfig: "apiVersion: v1\nkind: Config\n" },
			'the kubeconfig has no cluster to speak to: set its current-context, or the provider\'s "context"',
		],
	])("%# says what is wrong with it", async (config, message) => {
		await expect(connection(config)).rejects.toHaveProperty("message", message);
	});

	test("is secret, its path is not", () => {
		const contents = { kubeconfig: kubeconfig() };
		expect(concealedConfig(contents)).toEqual({
			kubeconfig: secret(kubeconfig()),
		});
		for (const kubeconfig of [file, UNKNOWN, secret("x")])
			expect(concealedConfig({ kubeconfig })).toEqual({ kubeconfig });
	});
});

describe("other arguments of the provider", () => {
	const replacing = async (before: object, after: object) =>
		(await configChanges({ ...before }, { ...after }))
			.filter(({ replace }) => replace)
			.map(({ path }) => path);

	test("replace everything when they lead to another cluster", async () => {
		const moved = kubeconfig("https://moved.test");
		expect(
			await replacing({ kubeconfig: kubeconfig() }, { kubeconfig: moved }),
		).toEqual(["kubeconfig"]);
		expect(
			await replacing(
				{ kubeconfig: file, context: "one" },
				{ kubeconfig: file, context: "two" },
			),
		).toEqual(["context"]);
		expect(
			await replacing({ kubeconfig: file }, { kubeconfig: UNKNOWN }),
		).toEqual(["kubeconfig"]);
	});

	test("replace nothing when they lead to the same one", async () => {
		expect(
			await configChanges(
				{ kubeconfig: kubeconfig(), enablePatchForce: true },
				{ kubeconfig: file },
			),
		).toEqual([
			{ path: "kubeconfig", kind: "update", replace: false },
			{ path: "enablePatchForce", kind: "update", replace: false },
		]);
		expect(
			await replacing({ kubeconfig: "/gone" }, { kubeconfig: file }),
		).toEqual([]);
	});

	test("follow the cluster's identifier, where there is one", async () => {
		const moved = kubeconfig("https://moved.test");
		const before = { kubeconfig: file, clusterIdentifier: "a" };
		expect(
			await replacing(before, { kubeconfig: moved, clusterIdentifier: "a" }),
		).toEqual([]);
		expect(
			await replacing(before, { kubeconfig: file, clusterIdentifier: "b" }),
		).toEqual(["clusterIdentifier"]);
	});
});
