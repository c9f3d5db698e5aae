import { Command } from "commander";
import { findAccount } from "../../toolchain/commands/login.ts";
import { describeStack, prepareCli } from "../../toolchain/commands/prepare.ts";
import { PROMOTER } from "../../toolchain/commands/promote.ts";
import { ensureEngine } from "../../toolchain/docker-engine.ts";
import { ensureImages } from "../../toolchain/images/images.ts";
import { runCaptured, UserError } from "../../toolchain/process.ts";
import { ensurePrograms } from "../../toolchain/programs.ts";
import { runningContainer } from "../../toolchain/stack-containers.ts";
import { runChecks, summary } from "./checks.ts";
import { forgetClients } from "./clients.ts";
import { journey, type PromotionRun } from "./journey.ts";

const options = new Command("npm run smoke --")
	.description(
		"Sends real images through a running estate and tries what must be refused.",
	)
	.option("-s, --stack <name>", "the stack", "dev")
	.option("--config-file <file>", "the stack's configuration")
	.option("--no-install", "never install a missing client")
	.parse()
	.opts<{ stack: string; configFile?: string; install: boolean }>();

console.log(`${options.stack}: the main job, on real images`);
const { location, estate } = describeStack(options);
const { client } = await ensureEngine({ install: false });
if (options.install) await ensurePrograms({ skopeo: "skopeo" });
await ensureImages(client, ["debian", "node"]);
const { pulumi, env } = await prepareCli(location, {});
const secrets = await readPasswords();

const tally = await runChecks(
	journey({
		address: (tier) =>
			`localhost:${estate.registries.find(({ name }) => name === tier)?.port}`,
		password: async (principal, tier) =>
			secrets[findAccount(estate, principal, tier).secret] ?? "",
		promote,
	}),
).finally(forgetClients);
console.log(summary("smoke", tally));
process.exitCode = tally.failed === 0 ? 0 : 1;

async function readPasswords(): Promise<Readonly<Record<string, string>>> {
	const { code, stdout, stderr } = await runCaptured(
		pulumi,
		[
			"stack",
			"output",
			"passwords",
			"--show-secrets",
			"--json",
			"--stack",
			location.stack,
		],
		{ cwd: location.cwd, env },
	);
	if (code !== 0) {
		throw new UserError(
			`the estate is not up: ${stderr.trim()}. Fix: npm run up`,
		);
	}
	return JSON.parse(stdout);
}

/** Runs the job in its container, on a manifest that only this process knows. */
async function promote(manifest: string): Promise<PromotionRun> {
	const promoter = await runningContainer(client, options.stack, PROMOTER);
	const folder = `/tmp/smoke-${process.hrtime.bigint()}`;
	const script = `mkdir ${folder} && cat > ${folder}/smoke.yaml && exec node /app/jobs.mjs promote run --json --manifests ${folder}`;
	const { code, stdout, stderr } = await runCaptured(
		"docker",
		["exec", "--interactive", promoter.Id, "sh", "-c", script],
		{ input: manifest },
	);
	const report = stdout.trim();
	if (!report.startsWith("{")) throw new Error(stderr || stdout);
	return { code, counts: JSON.parse(report).counts, text: report };
}
