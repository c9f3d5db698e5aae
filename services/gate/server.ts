import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import type { Logger } from "pino";
import { gateApp } from "./app.ts";
import { identityBook, keysOfIssuers } from "./federation/identity-book.ts";
import type { GateFiles } from "./gate-files.ts";
import { ociError } from "./refusal.ts";
import { type RegistryTrust, registryGate } from "./registry-gate.ts";

/** How a gate listens. */
export interface ServerOptions {
	/** 0 for any free port. */
	readonly port: number;
	readonly log: Logger;
	/** @default - 30 seconds */
	readonly bodyIdleMs?: number;
	/** Milliseconds since the epoch. @default - the system's clock */
	readonly now?: () => number;
}

/** A gate that answers requests. */
export interface RunningGate {
	readonly port: number;
	/** Takes new keys and accounts; requests under way end with the old ones. */
	renew(files: Pick<GateFiles, "keys" | "accounts">): void;
	/** Stops taking requests, lets those under way finish and cuts what is left after a while. */
	close(): Promise<void>;
}

const IDLE_MS = 30_000;
// A manifest of 4 MiB over a line of 64 kbit/s.
const REQUEST_TIMEOUT_MS = 600_000;
// Longer than nginx keeps an idle upstream connection (60 s), so that it is never cut in its use.
const KEEP_ALIVE_MS = 75_000;
const CONNECTION_CHECK_MS = 5_000;
/** Longer than a call to the registry may take, shorter than orchestrators wait before they kill. */
const DRAIN_MS = 35_000;

/** Starts a gate. */
export async function startGate(
	{ config, keys, accounts }: GateFiles,
	{ port, log, bodyIdleMs = IDLE_MS, now = Date.now }: ServerOptions,
): Promise<RunningGate> {
	const { tokenLifetimeSeconds, identities = [] } = config;
	const keysOf = keysOfIssuers(identities, log, now);
	const gates = config.registries.map((registry) =>
		registryGate(registry, trustOf(registry.name, { keys, accounts }), {
			tokenLifetimeSeconds,
			identities: identityBook(registry, identities, keysOf, now),
			now,
		}),
	);
	const app = gateApp(gates, { log, bodyIdleMs });
	const server = createServer(
		{
			headersTimeout: IDLE_MS,
			requestTimeout: REQUEST_TIMEOUT_MS,
			keepAliveTimeout: KEEP_ALIVE_MS,
			connectionsCheckingInterval: CONNECTION_CHECK_MS,
		},
		getRequestListener(app.fetch, { errorHandler: malformed }),
	);
	await new Promise<void>((resolve, reject) => {
		server.once("error", reject);
		server.listen(port, resolve);
	});
	let stopped: Promise<void> | undefined;
	return {
		port: (server.address() as AddressInfo).port,
		renew: (files) => {
			for (const gate of gates) gate.renew(trustOf(gate.registry.name, files));
		},
		close: () => {
			stopped ??= stop();
			return stopped;
		},
	};

	async function stop(): Promise<void> {
		const cut = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
		await new Promise((resolve) => server.close(resolve));
		clearTimeout(cut);
		await Promise.all(gates.map(({ client }) => client.close()));
	}
}

function trustOf(
	registry: string,
	{ keys, accounts }: Pick<GateFiles, "keys" | "accounts">,
): RegistryTrust {
	const key = keys[registry];
	if (!key) throw new Error(`no signing key for registry '${registry}'`);
	return { key, accounts };
}

// For targets the HTTP adapter cannot make a URL of, such as a path with a backslash.
function malformed(): Response {
	const { status, body } = ociError({
		status: 400,
		code: "NAME_INVALID",
		message: "the request target is not a path",
	});
	const headers = { "Content-Type": "application/json" };
	return new Response(body, { status, headers });
}
