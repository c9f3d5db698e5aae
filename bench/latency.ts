import { Pool } from "undici";
import type { End } from "./exchange.ts";

/** One request, made again and again by many clients at a time. */
export interface Load {
	readonly end: End;
	readonly host: string;
	readonly path: string;
	readonly token: string;
	readonly clients: number;
}

/** Milliseconds, and answers in a second. */
export interface Latencies {
	readonly p50: number;
	readonly p99: number;
	readonly perSecond: number;
}

const REQUESTS_EACH = 40;

/** How long clients wait for their answers when so many of them ask at a time, each on a connection of its own. */
export async function latencies({
	end,
	host,
	path,
	token,
	clients,
}: Load): Promise<Latencies> {
	const pool = new Pool(`http://${end.address}:${end.port}`, {
		connections: clients,
		pipelining: 1,
	});
	const headers = {
		host,
		authorization: `Bearer ${token}`,
		accept: "application/vnd.oci.image.manifest.v1+json",
	};
	const times: number[] = [];
	const client = async () => {
		for (let i = 0; i < REQUESTS_EACH; i += 1) {
			const started = performance.now();
			const { statusCode, body } = await pool.request({
				path,
				method: "GET",
				headers,
			});
			await body.dump();
			if (statusCode !== 200) throw new Error(`answered ${statusCode}`);
			times.push(performance.now() - started);
		}
	};
	const started = performance.now();
	await Promise.all(Array.from({ length: clients }, client));
	const seconds = (performance.now() - started) / 1_000;
	await pool.close();
	times.sort((a, b) => a - b);
	const at = (share: number) =>
		times[Math.ceil(times.length * share) - 1] ?? Number.NaN;
	return { p50: at(0.5), p99: at(0.99), perSecond: times.length / seconds };
}
