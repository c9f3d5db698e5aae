import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { findAccounts } from "../../toolchain/accounts.ts";
import { describeStack } from "../../toolchain/commands/prepare.ts";
import { ensureEngine } from "../../toolchain/docker-engine.ts";
import { ensureImages } from "../../toolchain/images/images.ts";
import {
	type Captured,
	runCaptured,
	UserError,
} from "../../toolchain/process.ts";
import { ensurePrograms } from "../../toolchain/programs.ts";
import { type KeyHalf, readSigningKey } from "../../toolchain/signing-keys.ts";
import { ROOT } from "../../toolchain/stack.ts";
import { readStackOutput } from "../../toolchain/stack-output.ts";
import { registryNamed } from "../../topology/estate.ts";
import { accessTable } from "./access-table.ts";
import { runSections, summary, type Tally } from "./checks.ts";
import { forgetClients } from "./clients.ts";
import { cosignWith } from "./cosign.ts";
import { homeAway } from "./home-away.ts";
import { independence } from "./independence.ts";
import { journey } from "./journey.ts";
import { clusterSections } from "./kubernetes/sections.ts";
import type { PromotionRun, RunningEstate } from "./running-estate.ts";

const options = new Command("npm run smoke --")
	.description(
		"Tries what a running estate promises: real images go through it, its parts are stopped in turn, home is taken away.",
	)
	.option("-s, --stack <name>", "the stack", "dev")
	.option("--config-file <file>", "the stack's configuration")
	.option("--no-install", "never install a missing client")
	.parse()
	.opts<{ stack: string; configFile?: string; install: boolean }>();

try {
	const { failed } = await smoke();
	process.exitCode = failed === 0 ? 0 : 1;
} catch (error) {
	if (!(error instanceof UserError)) throw error;
	console.error(`error: ${error.message}`);
	process.exitCode = 1;
}

async function smoke(): Promise<Tally> {
	console.log(`${options.stack}: what the estate promises, tried for real`);
	const { location, estate } = describeStack(options);
	if (estate.platform === "kubernetes") return smokeOnCluster();
	const { client } = await ensureEngine({ install: false });
	if (options.install) await ensurePrograms({ skopeo: "skopeo" });
	await ensureImages(client, ["debian", "node"]);
	const passwords = await readStackOutput(location, "passwords");
	const key = (signer: string, half: KeyHalf) =>
		readSigningKey(location, estate.promotion, signer, half);
	const cosign = await cosignWith(await key("ci", "private"));
	const running: RunningEstate = {
		estate,
		engine: client,
		address: (tier) => `localhost:${registryNamed(estate, tier).port}`,
		password: async (principal, tier) =>
			passwords[findAccounts(estate, principal, tier)[0]?.secret ?? ""] ?? "",
		cosign,
		publicKey: (signer) => key(signer, "public"),
		verify: async () => {
			const { stdout, stderr } = await run("promote", "verify", "--json");
			const json = stdout.slice(stdout.indexOf("{"));
			if (json === "") throw new Error(stderr);
			return JSON.parse(json);
		},
		promote,
		up: (...args) => run("up", ...args),
	};
	const { checks, promoted } = journey(running);
	const tally = await runSections(
		[
			{ heading: "the way of images through the tiers", checks },
			{
				heading: "the access table",
				checks: [accessTable(() => run("self-test"))],
			},
			homeAway(running, promoted),
			{ heading: "independence", checks: independence(running) },
		],
		interrupted(),
	).finally(() => {
		forgetClients();
		cosign.dispose();
	});
	console.log(`\n${summary("smoke", tally)}`);
	return tally;
}

async function smokeOnCluster(): Promise<Tally> {
	if (options.install) {
		await ensurePrograms({ skopeo: "skopeo", busybox: "busybox-static" });
	}
	const { sections, dispose } = await clusterSections(options, run);
	const tally = await runSections(sections, interrupted()).finally(dispose);
	console.log(`\n${summary("smoke", tally)}`);
	return tally;
}

/** Aborts at the first interrupt, so that nothing of the estate stays stopped; the second one ends at once. */
function interrupted(): AbortSignal {
	const controller = new AbortController();
	for (const name of ["SIGINT", "SIGTERM"] as const) {
		process.once(name, () => {
			console.log("interrupted: putting right what is away");
			controller.abort(new UserError(`ended by ${name}`));
		});
	}
	return controller.signal;
}

/** Runs one of the npm commands on this stack, e.g. `up` or `jobs cleanup`. */
function run(command: string, ...args: readonly string[]): Promise<Captured> {
	const file = options.configFile ? ["--config-file", options.configFile] : [];
	return runCaptured(
		process.execPath,
		[
			"toolchain/run.mjs",
			"toolchain/main.ts",
			...command.split(" "),
			"--stack",
			options.stack,
			...file,
			...args,
		],
		{ cwd: ROOT },
	);
}

/** Promotes what a manifest lists that only this process knows. */
async function promote(manifest: string): Promise<PromotionRun> {
	const folder = mkdtempSync(join(tmpdir(), "smoke-promotions-"));
	try {
		writeFileSync(join(folder, "smoke.yaml"), manifest);
		const args = ["run", "--json", "--manifests", folder];
		const { code, stdout, stderr } = await run("promote", ...args);
		const report = stdout.trim();
		if (!report.startsWith("{")) throw new Error(stderr || stdout);
		return { code, counts: JSON.parse(report).counts, text: report };
	} finally {
		rmSync(folder, { recursive: true });
	}
}
