import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startCluster } from "../../toolchain/cluster/cluster.ts";
import { kubectl } from "../../toolchain/cluster/kubectl.ts";
import { dispose, npm, STACK, setKeyGeneration, up } from "./cluster-stack.ts";
import {
	accountToken,
	type FrontEnd,
	forwarded,
	login,
	pullProblem,
	pushImage,
	serviceAddress,
} from "./front-client.ts";

const REPOSITORY = "team/rotated";
const TAG = `1.0.${Date.now()}`;
const SCOPE = `repository:${REPOSITORY}:pull`;
const LAYER_BYTES = 256 * 1024;
const CLIENTS = 4;
const REFUSED = ": 401";
let cache: FrontEnd;
let consumer: string;

beforeAll(async () => {
	await startCluster();
	await up();
	await fillProd();
	cache = {
		address: await serviceAddress(`${STACK}-eu`, "public"),
		port: 80,
		host: "prod.eu.registry.test",
	};
	const { stdout } = await npm("password", "consumer", "prod-eu");
	consumer = stdout.trim();
	expect(await pullOnce()).toBeUndefined();
});
// The next file of tests puts the stack up with the keys of the configuration again.
afterAll(dispose);

test("a cache's signing key is rotated under load without one login or pull that fails", async () => {
	const before = await podsOf(`${STACK}-eu`);
	const loads = Array.from({ length: CLIENTS }, () => load(pullOnce));
	const holder = load(withToken());
	await sleep(3_000);
	const begun = Date.now();

	setKeyGeneration("prod-eu", 2);
	await up();

	const seconds = Math.round((Date.now() - begun) / 1_000);
	await sleep(5_000);
	const ended = await Promise.all([...loads, holder].map((stop) => stop()));
	console.log(
		`rotation took ${seconds} s; ${ended.reduce((sum, { done }) => sum + done, 0)} pulls meanwhile`,
	);
	expect(ended.flatMap(({ problems }) => problems)).toEqual([]);
	// It was under load all the time, and the pods of both replicas are others; those of gate and front are not.
	for (const { done } of ended) expect(done).toBeGreaterThan(seconds / 2);
	const after = await podsOf(`${STACK}-eu`);
	const stayed = Object.keys(before).filter(
		(name) => after[name] === before[name],
	);
	expect(stayed.filter((name) => name.startsWith("prod-eu-server"))).toEqual(
		[],
	);
	expect(stayed.filter((name) => name.startsWith("eu-"))).toHaveLength(3);
}, 600_000);

/** A client that has just logged in. */
async function pullOnce(): Promise<string | undefined> {
	const pull = withToken();
	const problem = await pull();
	return problem?.endsWith(REFUSED) ? pull() : problem;
}

/**
 * As clients do: a token is used until it is refused, and one that is asked for then has to do. The key it was
 * signed with may end in the middle of a pull.
 */
function withToken() {
	let token = "";
	return async () => {
		const problem = token ? await pull() : REFUSED;
		if (!problem?.endsWith(REFUSED)) return problem;
		return (await renewed()) ?? (await pull());
	};

	function pull() {
		return pullProblem(cache, token, REPOSITORY, TAG);
	}

	async function renewed(): Promise<string | undefined> {
		const answer = await login(
			...([cache, `prod-eu.${STACK}`, SCOPE, "consumer", consumer] as const),
		);
		({ token } = answer);
		return answer.status === 200 ? undefined : `login: ${answer.status}`;
	}
}

/** Does something over and over. @returns what ends it and says how it went */
function load(once: () => Promise<string | undefined>) {
	const problems: string[] = [];
	let done = 0;
	let goesOn = true;
	const loop = (async () => {
		while (goesOn) {
			const problem = await once().catch((error: Error) => error.message);
			if (problem) problems.push(`${new Date().toISOString()} ${problem}`);
			done += 1;
			await sleep(100);
		}
	})();
	return async () => {
		goesOn = false;
		await loop;
		return { done, problems };
	};
}

/** Who a pod is, by its name. */
async function podsOf(
	namespace: string,
): Promise<Readonly<Record<string, string>>> {
	const { items } = JSON.parse(
		await kubectl([
			...["--namespace", namespace, "get", "pods", "--output", "json"],
		]),
	);
	return Object.fromEntries(
		items.map(
			({ metadata }: { metadata: { name: string; uid: string } }) =>
				[metadata.name, metadata.uid] as const,
		),
	);
}

// As the promoter, whose way no policy opens to this machine.
async function fillProd(): Promise<void> {
	const token = await accountToken(
		...([`${STACK}-promoter`, "promoter", `prod-rw.${STACK}`] as const),
	);
	await forwarded(
		`${STACK}-prod`,
		"deployment/promotion-front-server",
		8080,
		async (port) => {
			const front = {
				address: "127.0.0.1",
				port,
				host: `prod-rw.${STACK}-prod.svc.cluster.local`,
			};
			const { status, token: bearer } = await login(
				front,
				`prod-rw.${STACK}`,
				`repository:${REPOSITORY}:pull,push`,
				"promoter",
				token,
			);
			expect(status).toBe(200);
			await pushImage(front, bearer, REPOSITORY, TAG, randomBytes(LAYER_BYTES));
		},
	);
}
