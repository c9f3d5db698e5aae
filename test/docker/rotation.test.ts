import { readFileSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { NAME_LABEL } from "../../topology/labels.ts";
import { docker, leftovers, succeeded, testStack } from "./test-stack.ts";

const SANDBOX = 5601;
const CI_TESTS = 5602;
const SNAPSHOTS = 5603;
const PROD = 5604;
const STACK_TIMEOUT_MS = 300_000;

const stack = testStack("rotation", SANDBOX);

beforeAll(async () => {
	const config = parse(readFileSync(stack.configFile, "utf8"));
	const estate = config.config["registry-tiers:estate"];
	delete estate.tiers.archive;
	delete estate.regions;
	writeFileSync(stack.configFile, stringify(config));
	await stack.npm("down");
	succeeded(await stack.npm("up"));
}, STACK_TIMEOUT_MS);
afterAll(async () => {
	succeeded(await stack.npm("down"));
	const left = await leftovers("rotation");
	stack.dispose();
	expect(left).toEqual([]);
}, STACK_TIMEOUT_MS);

const password = async (principal: string, tier: string) =>
	succeeded(await stack.npm("password", [principal, tier])).stdout;

/** Status of a token request, and the token. */
async function login(
	port: number,
	tier: string,
	username: string,
	password: string,
) {
	const response = await fetch(
		`http://localhost:${port}/auth/token?service=${tier}.rotation&scope=repository:team/app:pull`,
		{
			headers: {
				authorization: `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`,
			},
		},
	);
	const body = (await response.json()) as { token?: string };
	return { status: response.status, token: body.token ?? "" };
}

/** Status of a request to the registry itself: 404 says the token was taken. */
async function ask(port: number, token: string): Promise<number> {
	const { status } = await fetch(
		`http://localhost:${port}/v2/team/app/tags/list`,
		{ headers: { authorization: `Bearer ${token}` } },
	);
	return status;
}

/** Logs in and asks the registry all the time, and notes every answer that is not as it should be. */
function watch(port: number, tier: string, user: string, password: string) {
	const failures: { readonly at: number; readonly what: string }[] = [];
	let ended = false;
	const loop = (async () => {
		while (!ended) {
			const what = await once().catch((error: Error) => error.message);
			if (what !== "404") failures.push({ at: Date.now(), what });
			await sleep(50);
		}
	})();
	return async () => {
		ended = true;
		await loop;
		return failures;
	};

	async function once(): Promise<string> {
		const { status, token } = await login(port, tier, user, password);
		return status === 200 ? String(await ask(port, token)) : `login: ${status}`;
	}
}

/** Ids of the running containers, by resource. */
async function running(): Promise<Readonly<Record<string, string>>> {
	const containers = await docker.listContainers({
		filters: { label: ["registry-tiers.stack=rotation"] },
	});
	return Object.fromEntries(
		containers.map(({ Labels, Id }) => [Labels[NAME_LABEL], Id]),
	);
}

test(
	"a new signing key ends the old one at its tier, while no other tier notices",
	async () => {
		const before = await running();
		const developer = await password("developer", "ci-tests");
		const old = await login(CI_TESTS, "ci-tests", "developer", developer);
		expect(await ask(CI_TESTS, old.token)).toBe(404);
		const others = [
			watch(
				SNAPSHOTS,
				"ci-snapshots",
				"developer",
				await password("developer", "ci-snapshots"),
			),
			watch(PROD, "prod", "developer", await password("developer", "prod")),
		];
		const own = watch(CI_TESTS, "ci-tests", "developer", developer);

		const { stderr } = succeeded(
			await stack.npm("rotate", ["key", "ci-tests"]),
		);
		expect(stderr).toContain(
			`${stack.configFile}: rotation.keys.ci-tests is now 2`,
		);

		expect(await Promise.all(others.map((stop) => stop()))).toEqual([[], []]);
		const away = await own();
		console.log(
			`ci-tests answered otherwise ${away.length} times within ${(away.at(-1)?.at ?? 0) - (away[0]?.at ?? 0)} ms: ${[...new Set(away.map(({ what }) => what))]}`,
		);
		// 401 for a token of the old key that was under way.
		expect(away.filter(({ what }) => !/^(503|401)$/.test(what))).toEqual([]);
		expect(await ask(CI_TESTS, old.token)).toBe(401);
		const renewed = await login(CI_TESTS, "ci-tests", "developer", developer);
		expect(await ask(CI_TESTS, renewed.token)).toBe(404);
		const after = await running();
		expect(changed(before, after)).toEqual(["ci-pool-tests-server"]);
	},
	STACK_TIMEOUT_MS,
);

test(
	"a new password ends the old one, while no other principal notices and nothing restarts",
	async () => {
		const before = await running();
		const old = await password("ci", "ci-tests");
		expect((await login(CI_TESTS, "ci-tests", "ci", old)).status).toBe(200);
		const developer = watch(
			CI_TESTS,
			"ci-tests",
			"developer",
			await password("developer", "ci-tests"),
		);

		succeeded(await stack.npm("rotate", ["secret", "ci", "ci-tests"]));

		expect(await developer()).toEqual([]);
		const renewed = await password("ci", "ci-tests");
		expect(renewed).not.toBe(old);
		const status = async (password: string) =>
			(await login(CI_TESTS, "ci-tests", "ci", password)).status;
		expect([await status(old), await status(renewed)]).toEqual([401, 200]);
		expect(changed(before, await running())).toEqual([]);
	},
	STACK_TIMEOUT_MS,
);

test(
	"a rotation that nobody asked for does not come back at the next up",
	async () => {
		const before = await running();
		succeeded(await stack.npm("up", ["--expect-no-changes"]));
		expect(changed(before, await running())).toEqual([]);
	},
	STACK_TIMEOUT_MS,
);

const changed = (
	before: Readonly<Record<string, string>>,
	after: Readonly<Record<string, string>>,
) => Object.keys(after).filter((name) => after[name] !== before[name]);
