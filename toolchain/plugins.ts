import { lookup } from "node:dns/promises";
import {
	chmodSync,
	existsSync,
	mkdirSync,
	rmSync,
	statSync,
	writeFileSync,
} from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { PlatformKind } from "../topology/estate.ts";
import { cacheFolder } from "./folders.mjs";
import { runCaptured } from "./process.ts";
import type { PulumiCli } from "./pulumi-cli.ts";
import { say, step } from "./step.ts";
import versions from "./versions.json" with { type: "json" };

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** Where Pulumi finds its plugins, as environment variables for the CLI. */
export type PluginEnvironment = Readonly<Record<string, string>>;

/**
 * Sees to the provider plugins: official ones that are installed or can be, else the stand-ins of
 * this project. Official ones are tried anew each time, so that a stand-in never stays longer than
 * it has to.
 */
export async function ensurePlugins(
	cli: PulumiCli,
	platform: PlatformKind,
): Promise<PluginEnvironment> {
	const home = process.env.PULUMI_HOME ?? join(homedir(), ".pulumi");
	const missing = Object.entries(versions.plugins).filter(
		([name, version]) =>
			USED[platform].includes(name) &&
			!existsSync(pluginFolder(home, name, version)),
	);
	if (missing.length === 0) return {};
	if (await canReach("get.pulumi.com")) {
		const failed = await installAll(cli, missing);
		if (failed.length === 0) return {};
		say(`official plugins cannot be had: ${failed.join("; ")}`);
	}
	say(
		`using this project's stand-ins for the provider plugins ${missing.map(([name]) => name).join(" and ")}: no official download`,
	);
	return standIns();
}

/** Plugins by where a stack runs; the one for Kubernetes is a large download. */
const USED: Readonly<Record<PlatformKind, readonly string[]>> = {
	docker: ["docker", "random"],
	kubernetes: ["kubernetes", "random"],
};

const pluginFolder = (home: string, name: string, version: string) =>
	join(home, "plugins", `resource-${name}-v${version}`);

async function canReach(host: string): Promise<boolean> {
	const timeout = new Promise<false>((resolve) =>
		setTimeout(() => resolve(false), 2_000).unref(),
	);
	const found = lookup(host).then(
		() => true,
		() => false,
	);
	return Promise.race([found, timeout]);
}

async function installAll(
	cli: PulumiCli,
	plugins: readonly (readonly [string, string])[],
): Promise<readonly string[]> {
	const failures: string[] = [];
	for (const [name, version] of plugins) {
		await step(
			`installing the Pulumi plugin ${name} ${version}`,
			{ usually: "10 s" },
			async () => {
				const problem = await installPlugin(cli, name, version);
				if (problem) failures.push(problem);
			},
		);
	}
	return failures;
}

/**
 * Installs an official plugin with the CLI's own installer, which knows where plugins are.
 *
 * @returns what went wrong, if anything did
 */
export async function installPlugin(
	cli: Pick<PulumiCli, "command">,
	name: string,
	version: string,
	extra: readonly string[] = [],
	env: PluginEnvironment = {},
): Promise<string | undefined> {
	const { code, stderr } = await runCaptured(
		cli.command,
		["plugin", "install", "resource", name, `v${version}`, ...extra],
		{ env: { PULUMI_SKIP_UPDATE_CHECK: "true", ...env } },
	);
	return code === 0 ? undefined : stderr.trim().split("\n").at(-1);
}

/** A plugin folder of its own, so that a stand-in is never taken for the official plugin elsewhere. */
function standIns(): PluginEnvironment {
	const home = join(cacheFolder(), "stand-ins");
	for (const [name, version] of Object.entries(versions.plugins)) {
		const folder = pluginFolder(home, name, version);
		mkdirSync(folder, { recursive: true });
		const file = join(folder, `pulumi-resource-${name}`);
		writeFileSync(file, launcher(name));
		chmodSync(file, 0o755);
	}
	keepNoLogs(join(home, "logs"));
	return {
		PULUMI_HOME: home,
		PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
		REGISTRY_TIERS_NODE: process.execPath,
		REGISTRY_TIERS_ROOT: ROOT,
	};
}

/**
 * The CLI writes all that its engine says at the finest level into a compressed file of each run, which took two fifths of its time in an update that changes nothing. There is no switch for it; where
 * its folder cannot be made, it does without (pkg/logging/encrypted.go, `StartLogging`).
 */
function keepNoLogs(path: string): void {
	if (existsSync(path) && !statSync(path).isDirectory()) return;
	rmSync(path, { recursive: true, force: true });
	writeFileSync(path, "A file, so that the Pulumi CLI keeps no logs here.\n");
}

// The checkout and the Node to use come from the environment: the launcher serves every checkout.
const launcher = (name: string) => `#!/bin/sh
exec "$REGISTRY_TIERS_NODE" "$REGISTRY_TIERS_ROOT/toolchain/providers/${name}/main.ts" "$@"
`;
