import { readFileSync } from "node:fs";
import { Agent, type RequestOptions, request } from "node:https";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";

/** The few verbs with which the agent speaks to the API server. Objects come as the server wrote them. */
export interface Api {
	/** All objects of a collection, e.g. of `/api/v1/pods`. */
	list<T>(path: string): Promise<readonly T[]>;
	/** @returns the status; those of 409 and 404 are for the caller to judge */
	send(method: "POST" | "DELETE", path: string, body?: object): Promise<number>;
	/** Calls back whenever something in the collection may have changed, and once at the beginning. */
	follow(path: string, changed: () => void): void;
}

/** The part of a kubeconfig the cluster writes. */
interface Kubeconfig {
	readonly clusters: readonly [
		{
			readonly cluster: {
				readonly server: string;
				readonly "certificate-authority-data": string;
			};
		},
	];
	readonly users: readonly [
		{
			readonly user: {
				readonly "client-certificate-data": string;
				readonly "client-key-data": string;
			};
		},
	];
}

const RETRY_MS = 500;
/** After this long a watch is begun anew, which tells of anything that was missed. */
const WATCH_SECONDS = 30;

export function connect(kubeconfigFile: string): Api {
	const { clusters, users } = JSON.parse(
		readFileSync(kubeconfigFile, "utf8"),
	) as Kubeconfig;
	const [{ cluster }] = clusters;
	const [{ user }] = users;
	const decode = (data: string) => Buffer.from(data, "base64");
	const agent = new Agent({
		keepAlive: true,
		ca: decode(cluster["certificate-authority-data"]),
		cert: decode(user["client-certificate-data"]),
		key: decode(user["client-key-data"]),
	});
	return { list, send, follow };

	async function list<T>(path: string): Promise<readonly T[]> {
		const response = await call("GET", path);
		const body = await text(response);
		if (response.statusCode !== 200) {
			throw new Error(`GET ${path}: ${response.statusCode} ${body}`);
		}
		return (JSON.parse(body) as { readonly items: readonly T[] }).items;
	}

	async function send(
		method: "POST" | "DELETE",
		path: string,
		body?: object,
	): Promise<number> {
		const response = await call(method, path, body && JSON.stringify(body));
		const answer = await text(response);
		const status = response.statusCode ?? 0;
		if (status >= 400 && status !== 404 && status !== 409) {
			throw new Error(`${method} ${path}: ${status} ${answer}`);
		}
		return status;
	}

	async function follow(path: string, changed: () => void): Promise<void> {
		for (;;) {
			try {
				// Without a version, the server begins with all there is: nothing is missed in between.
				const response = await call(
					"GET",
					`${path}?watch=true&timeoutSeconds=${WATCH_SECONDS}`,
				);
				for await (const _ of response) changed();
			} catch (error) {
				console.error(`watch of ${path}:`, error);
			}
			await sleep(RETRY_MS);
		}
	}

	function call(method: string, path: string, body?: string) {
		const { promise, resolve, reject } =
			Promise.withResolvers<import("node:http").IncomingMessage>();
		const options: RequestOptions = {
			method,
			agent,
			headers: {
				accept: "application/json",
				...(body && { "content-type": "application/json" }),
			},
		};
		request(new URL(path, cluster.server), options, resolve)
			.on("error", reject)
			.end(body);
		return promise;
	}
}
