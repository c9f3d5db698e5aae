import { resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { judge } from "../../policies/judge.ts";
import { resourcesOfState } from "../../policies/state.ts";
import { type TestStack, testStack } from "./engine.ts";

const PACK = resolve(import.meta.dirname, "../../policies/run");

let stack: TestStack;

beforeAll(async () => {
	stack = await testStack(`
		import * as pulumi from "@pulumi/pulumi";
		import * as random from "@pulumi/random";
		const provider = new random.Provider("random");
		const password = new random.RandomPassword(
			"password", { length: 24 }, process.env.AMBIENT ? {} : { provider },
		);
		export const secret = password.result;
		export const shown = process.env.SHOWN ? pulumi.unsecret(password.result) : "nothing";
	`);
});
afterAll(() => stack.remove());

test("a preview with the pack stops at a mandatory rule, and says what to do", async () => {
	const { output } = await stack.failingPreview({
		policyPack: PACK,
		env: { AMBIENT: "1" },
	});
	expect(output).toContain(
		"[mandatory] [severity: high]  ST-01  (random:index:RandomPassword: password)",
	);
	expect(output).toMatch(/it uses the provider 'default(_[\d_]+)?'/);
	expect(output).toContain(
		"Fix: pass `provider`, or `providers` to the component it belongs to.",
	);
});

test("an `up` with the pack passes where every rule is kept, and every rule could look", async () => {
	const { output } = await stack.up({ policyPack: PACK });
	expect(output).toContain("✅ registry-tiers@v0.1.0");
	expect(output).not.toContain("can't run policy");
});

test("a finished state shows which outputs are secrets, and is judged by that", async () => {
	const broken = async () => {
		const state = JSON.parse(await stack.exported({ showSecrets: true }));
		return judge(resourcesOfState(state), {
			levels: {},
			exceptions: [],
			day: "2026-11-24",
		}).broken.map(
			({ rule, resource, fact }) => `${rule.id} ${resource.name}: ${fact}`,
		);
	};
	expect(await broken()).toEqual([]);
	await stack.up({ env: { SHOWN: "1" } });
	expect(await broken()).toEqual([
		"TI-12 test-test: the output shown shows the secret of 'password'",
	]);
});
