import { createHash, randomBytes } from "node:crypto";
import { type End, exchange } from "./exchange.ts";
import { median } from "./metric.ts";

/** MB/s, by way. */
export interface Throughput {
	readonly front: number;
	readonly registry: number;
}

/** Size of the layer that is pushed and pulled. */
export const LAYER_BYTES = 200_000_000;
const ROUNDS = 21;
/**
 * Pulls and pushes a layer of 200 MB through the front and at the registry itself, in turns, and
 * gives the median of each.
 */
export async function benchThroughput(ends: {
	readonly host: string;
	readonly front: End;
	readonly registry: End;
}): Promise<{ readonly pull: Throughput; readonly push: Throughput }> {
	const { host, front, registry } = ends;
	const layer = randomBytes(LAYER_BYTES);
	const digest = `sha256:${createHash("sha256").update(layer).digest("hex")}`;
	const rates = { pull: pair(), push: pair() };
	for (let round = 0; round < ROUNDS; round += 1) {
		const order =
			round % 2 === 0
				? (["front", "registry"] as const)
				: (["registry", "front"] as const);
		for (const way of order) {
			const end = way === "front" ? front : registry;
			const name = `bench/${way}-${round}-${process.pid}`;
			const token = await tokenFor(front, host, name);
			rates.push[way].push(await upload(end, host, name, token, layer, digest));
			rates.pull[way].push(await download(end, host, name, token, digest));
		}
	}
	return { pull: medians(rates.pull), push: medians(rates.push) };
}

const pair = () => ({ front: [] as number[], registry: [] as number[] });
const medians = ({ front, registry }: ReturnType<typeof pair>): Throughput => ({
	front: median(front),
	registry: median(registry),
});

const tokenFor = (front: End, host: string, name: string) =>
	askToken(front, host, "sandbox.dev", name);

/** A token to pull and push, or as much of it as the login allows. */
export async function askToken(
	front: End,
	host: string,
	service: string,
	name: string,
	login?: string,
): Promise<string> {
	const scope = encodeURIComponent(`repository:${name}:pull,push`);
	const authorization = login
		? `Authorization: Basic ${Buffer.from(login).toString("base64")}\r\n`
		: "";
	const { body } = await exchange(front, {
		head: `GET /auth/token?service=${encodeURIComponent(service)}&scope=${scope} HTTP/1.1\r\nHost: ${host}\r\n${authorization}Connection: close\r\n\r\n`,
	});
	return JSON.parse(body).token as string;
}

/** Pushes a blob of `LAYER_BYTES` and gives the rate in MB/s. */
export async function upload(
	end: End,
	host: string,
	name: string,
	token: string,
	layer: Buffer,
	digest: string,
): Promise<number> {
	const head = (method: string, path: string, length: number) =>
		`${method} ${path} HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer ${token}\r\nContent-Length: ${length}\r\nContent-Type: application/octet-stream\r\nConnection: close\r\n\r\n`;
	const { headers } = await exchange(end, {
		head: head("POST", `/v2/${name}/blobs/uploads/`, 0),
	});
	const location = /^location: (\S+)/im.exec(headers)?.[1] ?? "";
	const url = new URL(location, `http://${host}`);
	url.searchParams.set("digest", digest);
	const started = performance.now();
	const { status } = await exchange(end, {
		head: head("PUT", url.pathname + url.search, layer.length),
		body: layer,
	});
	if (status !== 201) throw new Error(`the upload was answered ${status}`);
	return rate(started);
}

/** Pulls a blob of `LAYER_BYTES` and gives the rate in MB/s. */
export async function download(
	end: End,
	host: string,
	name: string,
	token: string,
	digest: string,
): Promise<number> {
	const started = performance.now();
	const { status, bytes } = await exchange(end, {
		head: `GET /v2/${name}/blobs/${digest} HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer ${token}\r\nConnection: close\r\n\r\n`,
	});
	if (status !== 200 || bytes < LAYER_BYTES) {
		throw new Error(`the download was answered ${status} with ${bytes} bytes`);
	}
	return rate(started);
}

const rate = (started: number) =>
	LAYER_BYTES / 1e3 / (performance.now() - started);
