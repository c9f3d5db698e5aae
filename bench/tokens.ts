import { spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Pool } from "undici";
import type {
	GateAccount,
	GateConfig,
	GateKeys,
} from "../topology/gate-config.ts";
import { namingRule } from "../topology/naming.ts";

/** Authenticated tokens from a running gate; medians over all rounds. */
export interface TokenBench {
	/** Client and gate share the machine, so this depends on both. */
	readonly tokensPerSecond: number;
	/** Tokens for each second of processor time, user and system, the gate used. */
	readonly tokensPerCpuSecond: number;
	readonly p50Ms: number;
	readonly p99Ms: number;
	readonly rounds: number;
}

const ROUNDS = 7;
const REQUESTS = 4_000;
const CONNECTIONS = 32;
/** Linux counts processor time in these, whatever the kernel's own tick is (proc_pid_stat(5)). */
const TICKS_PER_SECOND = 100;

/** Loads a gate process of its own with Basic authentication and one scope a request. Linux only. */
export async function benchTokens(): Promise<TokenBench> {
	const folder = await mkdtemp(join(tmpdir(), "bench-tokens-"));
	const password = randomBytes(24).toString("base64url");
	const gate = spawn(
		process.execPath,
		["services/gate/main.ts", ...(await writeFiles(folder, password))],
		{ stdio: ["ignore", "pipe", "inherit"] },
	);
	try {
		const lines = createInterface({ input: gate.stdout });
		const [first] = await once(lines, "line");
		const { port } = JSON.parse(first);
		const pool = new Pool(`http://127.0.0.1:${port}`, {
			connections: CONNECTIONS,
			pipelining: 1,
		});
		await load(pool, password);
		const rounds: Omit<TokenBench, "rounds">[] = [];
		for (let round = 0; round < ROUNDS; round += 1) {
			const cpuBefore = await cpuSeconds(gate.pid);
			const { seconds, latencies } = await load(pool, password);
			const cpu = (await cpuSeconds(gate.pid)) - cpuBefore;
			rounds.push({
				tokensPerSecond: REQUESTS / seconds,
				tokensPerCpuSecond: REQUESTS / cpu,
				p50Ms: quantile(latencies, 0.5),
				p99Ms: quantile(latencies, 0.99),
			});
		}
		await pool.close();
		const median = (metric: keyof Omit<TokenBench, "rounds">) =>
			quantile(
				rounds.map((round) => round[metric]),
				0.5,
			);
		return {
			tokensPerSecond: Math.round(median("tokensPerSecond")),
			tokensPerCpuSecond: Math.round(median("tokensPerCpuSecond")),
			p50Ms: median("p50Ms"),
			p99Ms: median("p99Ms"),
			rounds: ROUNDS,
		};
	} finally {
		gate.kill();
		await rm(folder, { recursive: true });
	}
}

async function load(pool: Pool, password: string) {
	const authorization = `Basic ${Buffer.from(`ci:${password}`).toString("base64")}`;
	const latencies: number[] = [];
	let left = REQUESTS;
	const started = performance.now();
	await Promise.all(
		Array.from({ length: CONNECTIONS }, async () => {
			while (left > 0) {
				left -= 1;
				const sent = performance.now();
				const { statusCode, body } = await pool.request({
					method: "GET",
					path: "/auth/token?service=bench.test&scope=repository%3Ateam%2Fapp%3Apull%2Cpush",
					headers: { authorization, "x-registry": "bench" },
				});
				await body.dump();
				if (statusCode !== 200) {
					throw new Error(`the gate answered ${statusCode}: expected 200`);
				}
				latencies.push(performance.now() - sent);
			}
		}),
	);
	return { seconds: (performance.now() - started) / 1000, latencies };
}

async function writeFiles(folder: string, password: string) {
	const config: GateConfig = {
		tokenLifetimeSeconds: 300,
		registries: [
			{
				name: "bench",
				service: "bench.test",
				issuer: "gate.bench.test",
				url: "http://127.0.0.1:9",
				naming: namingRule("ci-tests", true),
				createOnlyTags: false,
				requiredLabels: [],
				grants: { ci: ["pull", "create", "retag"] },
				catalog: [],
			},
		],
	};
	const keys: GateKeys = {
		bench: { seed: randomBytes(32).toString("base64") },
	};
	const salt = randomBytes(16);
	const hash = createHash("sha256").update(salt).update(password);
	const accounts: GateAccount[] = [
		{
			principal: "ci",
			registry: "bench",
			salt: salt.toString("hex"),
			sha256: hash.digest("hex"),
		},
	];
	const flags = ["--port", "0"];
	for (const [name, content] of Object.entries({ config, keys, accounts })) {
		const path = join(folder, `${name}.json`);
		await writeFile(path, JSON.stringify(content));
		flags.push(`--${name}`, path);
	}
	return flags;
}

async function cpuSeconds(pid: number | undefined): Promise<number> {
	const stat = await readFile(`/proc/${pid}/stat`, "utf8");
	// Fields are counted after the command, which may contain anything but its last bracket.
	const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
	return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

function quantile(values: readonly number[], q: number): number {
	const sorted = [...values].sort((a, b) => a - b);
	const value = sorted[Math.floor((sorted.length - 1) * q)] ?? 0;
	return Math.round(value * 100) / 100;
}
