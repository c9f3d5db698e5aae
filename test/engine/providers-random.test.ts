import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestStack, testStack } from "./engine.ts";

interface Outputs {
	readonly password: string;
	readonly bytes: string;
	readonly id: string;
	readonly text: string;
}

let stack: TestStack;

beforeAll(async () => {
	stack = await testStack(`
		import * as random from "@pulumi/random";
		const keepers = { generation: process.env.GENERATION ?? "1" };
		const password = new random.RandomPassword("password", { length: 32, special: false, keepers });
		const bytes = new random.RandomBytes("bytes", { length: 32 });
		const id = new random.RandomId("id", { byteLength: 4, prefix: "x-" });
		const text = new random.RandomString("text", { length: Number(process.env.LENGTH ?? 12), numeric: false });
		export const outputs = { password: password.result, bytes: bytes.base64, id: id.hex, text: text.result };
	`);
});
afterAll(() => stack.remove());

const values = async () =>
	(await stack.outputs<{ outputs: Outputs }>()).outputs;

test("draws values of the wanted kind, keeps them, and draws anew only what changed", async () => {
	expect((await stack.up()).steps.toSorted()).toEqual([
		"create bytes",
		"create id",
		"create password",
		"create text",
	]);
	const first = await values();
	expect(first.password).toMatch(/^[A-Za-z0-9]{32}$/);
	expect(Buffer.from(first.bytes, "base64")).toHaveLength(32);
	expect(first.id).toMatch(/^x-[0-9a-f]{8}$/);
	expect(first.text).toMatch(/^[^0-9]{12}$/);

	expect((await stack.up({ refresh: true })).steps).toEqual([]);
	expect(await values()).toEqual(first);

	const rotated = await stack.up({ env: { GENERATION: "2" } });
	expect(rotated.changes).toEqual({ password: ["keepers.generation"] });
	expect(rotated.steps).toEqual([
		"create-replacement password",
		"replace password",
		"delete-replaced password",
	]);
	const second = await values();
	expect(second).toEqual({ ...first, password: second.password });
	expect(second.password).not.toBe(first.password);
});

test("keeps secret values out of the exported state", async () => {
	const { password, bytes, text } = await values();
	const exported = await stack.exported();
	expect(exported).toContain(text);
	expect(exported).not.toContain(password);
	expect(exported).not.toContain(bytes);
});

test("refuses a length without room for the minimums before anything is made", async () => {
	const { output, steps } = await stack.failingUp({
		env: { GENERATION: "2", LENGTH: "0" },
	});
	expect(steps).toEqual([]);
	expect(output).toContain("expected at least 1, got 0");
});
