import {
	existsSync,
	mkdirSync,
	mkdtempSync,
	readFileSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { stringify } from "yaml";
import {
	type ClientsOptions,
	clients,
} from "../../toolchain/commands/clients.ts";
import { DEV_SPEC } from "../topology/dev-estate.ts";

let folder: string;
let printed: string[];

beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "clients-"));
	const { stack: _, ...estate } = DEV_SPEC;
	writeFileSync(
		join(folder, "Pulumi.try.yaml"),
		stringify({ config: { "registry-tiers:estate": estate } }),
	);
	printed = [];
	vi.spyOn(console, "log").mockImplementation((line) => {
		printed.push(line);
	});
});
afterEach(() => {
	vi.restoreAllMocks();
	rmSync(folder, { recursive: true, force: true });
});

const run = (options: Partial<ClientsOptions>) =>
	clients({
		stack: "try",
		configFile: join(folder, "Pulumi.try.yaml"),
		install: false,
		...options,
	});
const hosts = () =>
	join(folder, "out/eu/containerd/certs.d/localhost:5104/hosts.toml");

test("lists the files of each location with the place of each", async () => {
	expect(await run({})).toBe(0);
	const lines = printed.join("\n").split("\n");
	expect(lines.filter((line) => /^\S/.test(line))).toEqual([
		"home",
		"eu",
		"us",
	]);
	expect(lines).toContain("  /etc/docker/daemon.json");
	expect(existsSync(join(folder, "out"))).toBe(false);
});

test("prints the files of one location for a script", async () => {
	await run({ location: "us", json: true });
	const configs = JSON.parse(printed.join("\n"));
	expect(configs.map(({ location }: { location: string }) => location)).toEqual(
		["us"],
	);
	expect(configs[0].files[2].text).toContain('[host."http://localhost:5121"]');
});

test("refuses a location the estate does not have", async () => {
	await expect(run({ location: "asia" })).rejects.toThrow(
		"--location: no such location, got asia; expected one of: home, eu, us",
	);
});

describe("--to", () => {
	test("writes a folder for each location that mirrors /etc, again and again", async () => {
		await run({ to: join(folder, "out"), location: "eu" });
		await run({ to: join(folder, "out") });
		expect(readFileSync(hosts(), "utf8")).toContain(
			'[host."http://localhost:5111"]',
		);
		expect(existsSync(join(folder, "out/home/docker/daemon.json"))).toBe(true);
	});

	test("writes nothing when one file is there that says something else, unless forced", async () => {
		mkdirSync(join(hosts(), ".."), { recursive: true });
		writeFileSync(hosts(), "mine\n");
		await expect(run({ to: join(folder, "out") })).rejects.toThrow(
			`--to: files are there already and say something else:\n  ${hosts()}\nFix: choose another folder, or replace them with --force`,
		);
		expect(readFileSync(hosts(), "utf8")).toBe("mine\n");
		expect(existsSync(join(folder, "out/home"))).toBe(false);
		await run({ to: join(folder, "out"), force: true });
		expect(readFileSync(hosts(), "utf8")).not.toContain("mine");
	});
});
