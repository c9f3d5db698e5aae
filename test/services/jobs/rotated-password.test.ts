import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { meanwhile } from "../oci/faults.ts";
import type { RegistryServer } from "../oci/registry-server.ts";
import { ONE_SHOTS, oneShotHarness } from "./one-shot-harness.ts";

const harness = oneShotHarness();

/** The passwords that tokens were asked for with, one after the other, each once. */
function passwordsAt({ seen }: RegistryServer): readonly string[] {
	const used = seen.flatMap(({ path, authorization = "" }) => {
		const [, basic] = /^Basic (.+)$/.exec(authorization) ?? [];
		if (!path.startsWith("/auth/token") || basic === undefined) return [];
		return [
			Buffer.from(basic, "base64")
				.toString()
				.replace(/^[^:]*:/, ""),
		];
	});
	return [...new Set(used)];
}

describe.each(ONE_SHOTS)("%s reads a password file again", (job) => {
	test.each<[string, () => unknown]>([
		// At half of its life a client replaces a token, which the registry still takes.
		["when the next token is due", () => sleep(1_200)],
		["when the registry refuses the token", () => harness.forgetTokens()],
	])("%s in the middle of a run", async (_, untilDue) => {
		const { rotate, target, run, done } = harness;
		await rotate("first");
		target(job).faults.push({
			method: job === "cleanup" ? "HEAD" : "POST",
			path: job === "cleanup" ? /manifests\/1\.0\.0$/ : /blobs\/uploads/,
			action: meanwhile(async () => {
				await rotate("second");
				await untilDue();
			}),
		});
		const { status, stdout, stderr } = await run(job);
		expect(status, stdout + stderr).toBe(0);
		expect(done(job)).toBe(2);
		expect(passwordsAt(target(job))).toEqual(["first", "second"]);
	});
});
