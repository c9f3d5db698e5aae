import { createHash, randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { describeStack } from "../toolchain/commands/prepare.ts";
import { runCaptured } from "../toolchain/process.ts";
import { ROOT } from "../toolchain/stack.ts";
import { addressOn } from "./address.ts";
import { type End, exchange } from "./exchange.ts";
import { latencies } from "./latency.ts";
import { memoryMiB } from "./memory.ts";
import { figure, type Metrics, median, more } from "./metric.ts";
import { askToken, download, LAYER_BYTES, upload } from "./throughput.ts";

const STACK = "dev";
const SETTLE_MS = 20_000;
const ROUNDS = 11;
const CLIENTS = [1, 10, 50, 100];
const NAME = "bench/warm";

/** The whole `dev` estate: what it takes at rest, and how fast a region serves what it has. */
export async function benchEstate(): Promise<Metrics> {
	await npm("up");
	await sleep(SETTLE_MS);
	const resident = await memoryMiB(STACK, "Pss");
	const withShared = await memoryMiB(STACK, "Rss");
	const image = await warmImage();
	const { cache, registry } = await pullRates(image);
	const curve = [];
	for (const clients of CLIENTS) {
		const path = `/v2/${NAME}/manifests/latest`;
		const { host, front, token } = image.cache;
		const seen = await latencies({ end: front, host, path, token, clients });
		console.error(
			`  ${clients} clients: p50 ${seen.p50.toFixed(1)} ms, p99 ${seen.p99.toFixed(1)} ms, ${seen.perSecond.toFixed(0)} manifests/s`,
		);
		curve.push([clients, seen.p99] as const);
	}
	return {
		residentIdleMiB: figure(resident, "MiB"),
		residentIdleMiBSharedCountedTwice: figure(withShared, "MiB"),
		warmPullThroughCache: more(cache, { registry }, "MB/s"),
		...Object.fromEntries(
			curve.map(([clients, p99]) => [
				`manifestPullP99With${clients}Clients`,
				figure(p99, "ms"),
			]),
		),
	};
}

interface Way {
	readonly host: string;
	readonly front: End;
	readonly token: string;
}

interface WarmImage {
	readonly digest: string;
	/** Through the region. */
	readonly cache: Way;
	/** At the origin's registry itself. */
	readonly origin: Way;
}

/** Puts an image of one large layer into the Archive and pulls it once through eu's cache. */
async function warmImage(): Promise<WarmImage> {
	const { estate } = describeStack({ stack: STACK, install: false });
	const hostOf = (name: string) =>
		estate.registries.find((registry) => registry.name === name)?.host ?? "";
	const home = {
		address: await addressOn(STACK, "home-front-server", "edge"),
		port: 8080,
	};
	const eu = {
		address: await addressOn(STACK, "eu-front-server", "edge-eu"),
		port: 8080,
	};
	const { stdout } = await npm("password", "archiver", "archive");
	const token = await askToken(
		home,
		hostOf("archive"),
		`archive.${STACK}`,
		NAME,
		`archiver:${stdout}`,
	);
	const layer = randomBytes(LAYER_BYTES);
	const digest = digestOf(layer);
	await upload(home, hostOf("archive"), NAME, token, layer, digest);
	await putImage(home, hostOf("archive"), token, layer.length, digest);
	const cacheToken = await askToken(
		eu,
		hostOf("archive-eu"),
		`archive-eu.${STACK}`,
		NAME,
	);
	const cache = { host: hostOf("archive-eu"), front: eu, token: cacheToken };
	await download(eu, cache.host, NAME, cacheToken, digest);
	const origin = {
		host: hostOf("archive"),
		front: {
			address: await addressOn(STACK, "archive-server", "archive"),
			port: 5000,
		},
		token,
	};
	return { digest, cache, origin };
}

async function putImage(
	end: End,
	host: string,
	token: string,
	size: number,
	digest: string,
): Promise<void> {
	const config = Buffer.from("{}");
	const head = (method: string, path: string, type: string, length: number) =>
		`${method} ${path} HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer ${token}\r\nContent-Type: ${type}\r\nContent-Length: ${length}\r\nConnection: close\r\n\r\n`;
	const { headers } = await exchange(end, {
		head: head("POST", `/v2/${NAME}/blobs/uploads/`, "application/json", 0),
	});
	const location = /^location: (\S+)/im.exec(headers)?.[1] ?? "";
	const url = new URL(location, `http://${host}`);
	url.searchParams.set("digest", digestOf(config));
	await exchange(end, {
		head: head(
			"PUT",
			url.pathname + url.search,
			"application/octet-stream",
			config.length,
		),
		body: config,
	});
	const mediaType = "application/vnd.oci.image.manifest.v1+json";
	const manifest = Buffer.from(
		JSON.stringify({
			schemaVersion: 2,
			mediaType,
			config: {
				mediaType: "application/vnd.oci.image.config.v1+json",
				digest: digestOf(config),
				size: config.length,
			},
			layers: [
				{ mediaType: "application/vnd.oci.image.layer.v1.tar", digest, size },
			],
		}),
	);
	const path = `/v2/${NAME}/manifests/latest`;
	const { status, body } = await exchange(end, {
		head: head("PUT", path, mediaType, manifest.length),
		body: manifest,
	});
	if (status !== 201) throw new Error(`the image was refused: ${body}`);
}

/** MB/s of the warm layer, through the region and at the registry itself, in turns. */
async function pullRates({ digest, cache, origin }: WarmImage) {
	const rates = { cache: [] as number[], registry: [] as number[] };
	for (let round = 0; round < ROUNDS; round += 1) {
		for (const [way, { host, front, token }] of [
			["cache", cache],
			["registry", origin],
		] as const) {
			rates[way].push(await download(front, host, NAME, token, digest));
		}
	}
	return { cache: median(rates.cache), registry: median(rates.registry) };
}

const digestOf = (bytes: Buffer) =>
	`sha256:${createHash("sha256").update(bytes).digest("hex")}`;

async function npm(script: string, ...args: readonly string[]) {
	const result = await runCaptured(
		"npm",
		["run", "--silent", script, "--", ...args, "--stack", STACK],
		{ cwd: ROOT },
	);
	if (result.code !== 0) throw new Error(`${result.stdout}\n${result.stderr}`);
	return result;
}
