import { constants } from "node:os";
import { dirname } from "node:path";
import { PROMOTION_PREDICATE } from "../../services/jobs/promote/record-statement.ts";
import { ensureCosign } from "../client-programs.ts";
import { placeOf } from "../demo/place.ts";
import { runSteps, scriptOf, summaryOf } from "../demo/run.ts";
import { openShell, type Shell } from "../demo/shell.ts";
import { cleanupScript, demoSteps, quoted } from "../demo/steps.ts";
import { ensureEngine } from "../docker-engine.ts";
import { ensureImages } from "../images/images.ts";
import { jobServer } from "../job-server.ts";
import type { StackOptions } from "../main.ts";
import { findOnPath } from "../process.ts";
import { ROOT } from "../stack.ts";
import { say } from "../step.ts";
import versions from "../versions.json" with { type: "json" };
import { describeDockerStack } from "./prepare.ts";

export interface DemoOptions extends StackOptions {
	/** Prints the commands and runs none. @default false */
	readonly script?: boolean;
}

/**
 * `npm run demo`: takes an image of its own through the tiers of a running stack, and shows each
 * command first.
 */
export async function demo(options: DemoOptions): Promise<number> {
	const { estate } = describeDockerStack(
		options,
		"demo",
		`npm run smoke -- --stack ${options.stack}, or npm run demo -- --stack dev`,
	);
	const { client, env } = await ensureEngine({ install: false });
	const { Os, Arch } = await client.version();
	const place = placeOf(estate, `${Os}/${Arch}`);
	await jobServer(options.stack, "promote");
	await ensureImages(client, ["debian"]);
	const cosign = await ensureCosign();
	const steps = demoSteps(place, {
		stackFlags: stackFlags(options),
		...(cosign !== findOnPath("cosign") && { cosignFolder: dirname(cosign) }),
		...(env.DOCKER_HOST && { dockerHost: env.DOCKER_HOST }),
		baseImage: versions.images.debian,
		recordType: PROMOTION_PREDICATE,
	});
	if (options.script) {
		process.stdout.write(scriptOf(steps));
		return 0;
	}
	return withShell(cleanupScript(place), async (shell, stop) => {
		await runSteps(steps, shell, { screen: process.stdout, stop });
		console.log(summaryOf(steps));
	});
}

function stackFlags({ stack, configFile }: StackOptions): readonly string[] {
	return [
		...(stack === "dev" ? [] : ["--stack", quoted(stack)]),
		...(configFile === undefined ? [] : ["--config-file", quoted(configFile)]),
	];
}

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Runs an action with a shell, and cleans up after it, also when it fails or is interrupted. */
async function withShell(
	cleanup: string,
	action: (shell: Shell, stop: AbortSignal) => Promise<void>,
): Promise<number> {
	const shell = openShell(ROOT);
	const controller = new AbortController();
	let code = 0;
	const listeners = SIGNALS.map((name) => {
		// More than one comes of one Ctrl-C: the terminal's, and npm's.
		const interrupt = () => {
			if (controller.signal.aborted) return;
			code = 128 + constants.signals[name];
			say("interrupted: removing what the demo made on this machine");
			controller.abort(new Error(`ended by ${name}`));
		};
		process.on(name, interrupt);
		return () => process.off(name, interrupt);
	});
	try {
		await action(shell, controller.signal);
	} catch (error) {
		if (!controller.signal.aborted) throw error;
	} finally {
		await shell.run(cleanup, () => {});
		shell.dispose();
		for (const forget of listeners) forget();
	}
	return code;
}
