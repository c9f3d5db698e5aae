import {
	mkdtempSync,
	readFileSync,
	rmSync,
	statSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { parse } from "yaml";
import { isSupported } from "../../toolchain/pulumi-cli.ts";
import { hintFor } from "../../toolchain/pulumi-run.ts";
import { readState } from "../../toolchain/recovery.ts";
import { locateStack, ROOT, readEstateConfig } from "../../toolchain/stack.ts";

let home: string;
let file: string;

beforeEach(() => {
	home = mkdtempSync(join(tmpdir(), "stack-"));
	file = join(home, "Pulumi.try.yaml");
	writeFileSync(
		file,
		"config:\n  registry-tiers:estate: { platform: docker }\n",
	);
	vi.stubEnv("XDG_STATE_HOME", home);
	for (const name of [
		"PULUMI_BACKEND_URL",
		"PULUMI_ACCESS_TOKEN",
		"PULUMI_CONFIG_PASSPHRASE",
		"PULUMI_CONFIG_PASSPHRASE_FILE",
	]) {
		vi.stubEnv(name, undefined);
	}
});
afterEach(() => {
	vi.unstubAllEnvs();
	rmSync(home, { recursive: true, force: true });
});

describe("a stack without a backend of the user's own", () => {
	test("has its state in the user's state folder, opened by a generated passphrase", () => {
		const { env, local, cwd } = locateStack("try", file);
		const state = join(home, "registry-tiers");
		expect({ local, cwd, url: env.PULUMI_BACKEND_URL }).toEqual({
			local: true,
			cwd: join(state, "work", "try"),
			url: `file://${join(state, "state")}`,
		});
		const passphrase = env.PULUMI_CONFIG_PASSPHRASE_FILE ?? "";
		expect(readFileSync(passphrase, "utf8")).toMatch(/^[\w-]{32}$/);
		expect(statSync(passphrase).mode & 0o777).toBe(0o600);
	});

	test("keeps its passphrase from one run to the next", () => {
		const read = () =>
			readFileSync(
				locateStack("try", file).env.PULUMI_CONFIG_PASSPHRASE_FILE ?? "",
				"utf8",
			);
		expect(read()).toBe(read());
	});

	test("runs the checkout's program from a folder of its own, so that the checkout stays clean", () => {
		const { cwd } = locateStack("try", file);
		expect(parse(readFileSync(join(cwd, "Pulumi.yaml"), "utf8")).main).toBe(
			join(ROOT, "stacks/index.ts"),
		);
	});

	test("keeps the salt Pulumi wrote, and takes the user's changes", () => {
		const copy = join(locateStack("try", file).cwd, "Pulumi.try.yaml");
		writeFileSync(
			copy,
			`${readFileSync(copy, "utf8")}encryptionsalt: v1:abc=\n`,
		);
		writeFileSync(file, "config:\n  registry-tiers:estate: { platform: x }\n");
		locateStack("try", file);
		expect(parse(readFileSync(copy, "utf8"))).toEqual({
			config: { "registry-tiers:estate": { platform: "x" } },
			encryptionsalt: "v1:abc=",
		});
	});

	test("ignores a salt in the checkout, which belongs to another passphrase", () => {
		writeFileSync(file, "config: {}\nencryptionsalt: v1:other=\n");
		const { cwd } = locateStack("try", file);
		expect(readFileSync(join(cwd, "Pulumi.try.yaml"), "utf8")).toBe(
			"config: {}\n",
		);
	});

	test("uses a passphrase the user set", () => {
		vi.stubEnv("PULUMI_CONFIG_PASSPHRASE", "own");
		expect(locateStack("try", file).env).not.toHaveProperty(
			"PULUMI_CONFIG_PASSPHRASE_FILE",
		);
	});
});

test("a stack with a backend of the user's own runs in the checkout, untouched", () => {
	vi.stubEnv("PULUMI_BACKEND_URL", "s3://bucket");
	const { cwd, local, env } = locateStack("try", file);
	expect({ cwd, local }).toEqual({ cwd: ROOT, local: false });
	expect(env).not.toHaveProperty("PULUMI_BACKEND_URL");
});

test("a stack without a file is refused with the way out", () => {
	expect(() => locateStack("nowhere")).toThrow(
		`no configuration for the stack 'nowhere': ${join(ROOT, "Pulumi.nowhere.yaml")} does not exist. Fix: write it as Pulumi.dev.yaml is, or choose another stack with --stack`,
	);
});

describe("a stack file", () => {
	const read = (text: string) => {
		writeFileSync(file, text);
		return readEstateConfig(locateStack("try", file));
	};
	test("with a key twice is refused with its place", () => {
		expect(() => read("config:\n  a: 1\n  a: 2\n")).toThrow(
			/^Pulumi\.try\.yaml is not YAML: Map keys must be unique at line 3, column 3/,
		);
	});
	test("with tabs is refused with its place", () => {
		expect(() => read("config:\n\ta: 1\n")).toThrow(
			/^Pulumi\.try\.yaml is not YAML: Tabs are not allowed as indentation at line 2/,
		);
	});
	test("that is empty has no estate", () => {
		expect(read("")).toBe(undefined);
	});
});

describe("errors of the CLI get the fix they lack", () => {
	test("a lock left behind", () => {
		expect(
			hintFor("error: the stack is currently locked by 1 lock(s).", "dev"),
		).toBe(
			"if no other run is under way, a dead one left its lock: npm run pulumi -- cancel --yes --stack dev, then run this again; nothing is lost",
		);
	});
	test("another passphrase", () => {
		expect(hintFor("error: incorrect passphrase", "dev")).toBe(
			"the stack 'dev' was made with another passphrase: set PULUMI_CONFIG_PASSPHRASE to that one, or unset it to use the generated one",
		);
	});
	test("anything else speaks for itself", () => {
		expect(hintFor("error: update failed", "dev")).toBe(undefined);
	});
});

describe("an exported state", () => {
	test("names the resources by id, and says whether a run died in it", () => {
		const resources = [{ id: "a" }, { urn: "component" }, { id: "b" }];
		const state = (deployment: object) =>
			readState(JSON.stringify({ deployment }));
		expect(state({ resources })).toEqual({
			ids: new Set(["a", "b"]),
			interrupted: false,
		});
		expect(
			state({ resources, pending_operations: [{ type: "creating" }] }),
		).toEqual({ ids: new Set(["a", "b"]), interrupted: true });
	});
	test("that is empty has nothing", () => {
		expect(readState("")).toEqual({ ids: new Set(), interrupted: false });
	});
});

test.each([
	["v3.259.0", true],
	["3.300.1", true],
	["v3.100.0", false],
	["v2.259.0", false],
	["command not found", false],
])("a Pulumi CLI of version %s is used: %s", (version, used) => {
	expect(isSupported(version)).toBe(used);
});
