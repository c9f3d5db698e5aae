import { createHash, randomBytes } from "node:crypto";
import { type IncomingHttpHeaders, request as send } from "node:http";
import { buffer } from "node:stream/consumers";
import pino from "pino";
import { onTestFinished } from "vitest";
import type { Decision } from "../../../services/gate/decision.ts";
import { type RunningGate, startGate } from "../../../services/gate/server.ts";
import { registryTokens } from "../../../services/gate/tokens.ts";
import type { Principal, Verb } from "../../../topology/access.ts";
import type {
	GateAccount,
	GateRegistry,
} from "../../../topology/gate-config.ts";
import type { Identity } from "../../../topology/identity-spec.ts";
import { namingRule } from "../../../topology/naming.ts";
import { type FakeRegistry, startFakeRegistry } from "./fake-registry.ts";

/** The password of every account of the fixture. */
export const PASSWORD = "correct horse battery staple";

/** A gate before one registry, `ci-snapshots` unless told otherwise, over HTTP. */
export interface Fixture {
	readonly gate: RunningGate;
	readonly registry: FakeRegistry;
	readonly seed: string;
	/** The lines of the gate's log. */
	readonly log: LogLine[];
	send(request: RawRequest): Promise<RawAnswer>;
	/** A token as the token service would mint it, whatever the table says. */
	token(
		subject: string,
		actions: readonly string[],
		name?: string,
		issuedSecondsAgo?: number,
	): string;
}

/** A line of the log: what was decided, or what broke. */
export interface LogLine extends Decision {
	readonly level: number;
	readonly time: number;
	readonly status: number;
	readonly durationMs: number;
}

export interface RawRequest {
	readonly method?: string;
	/** Goes on the wire as it is. */
	readonly target: string;
	readonly headers?: Readonly<Record<string, string>>;
	readonly body?: string | Buffer;
	/** `X-Registry` of the front. */
	readonly registry?: string;
}

export interface RawAnswer {
	readonly status: number;
	readonly headers: IncomingHttpHeaders;
	readonly rawHeaders: readonly string[];
	readonly body: string;
}

export interface FixtureOptions extends Partial<GateRegistry> {
	readonly accounts?: readonly GateAccount[];
	readonly bodyIdleMs?: number;
	readonly identities?: readonly Identity[];
	/** The gate's clock, in milliseconds since the epoch. */
	readonly now?: () => number;
}

export const GRANTS: Readonly<Partial<Record<Principal, readonly Verb[]>>> = {
	developer: ["pull"],
	ci: ["pull", "create"],
	cleaner: ["pull", "delete"],
};

/** Starts a gate with a registry behind it; both end with the test. */
export async function startFixture({
	accounts = (["developer", "ci", "cleaner"] as const).map((p) => account(p)),
	bodyIdleMs,
	identities = [],
	now,
	...overrides
}: FixtureOptions = {}): Promise<Fixture> {
	const registry = await startFakeRegistry();
	onTestFinished(() => registry.close());
	const seed = randomBytes(32).toString("base64");
	const config: GateRegistry = {
		name: "ci-snapshots",
		service: "ci-snapshots.test",
		issuer: "gate.ci-snapshots.test",
		url: registry.url,
		naming: namingRule("ci-snapshots", true),
		createOnlyTags: true,
		requiredLabels: [],
		grants: GRANTS,
		catalog: ["cleaner"],
		...overrides,
	};
	const log: LogLine[] = [];
	const gate = await startGate(
		{
			config: { tokenLifetimeSeconds: 300, registries: [config], identities },
			keys: { [config.name]: { seed } },
			accounts,
		},
		{
			port: 0,
			log: pino({ base: {} }, { write: (line) => log.push(JSON.parse(line)) }),
			...(bodyIdleMs !== undefined && { bodyIdleMs }),
			...(now && { now }),
		},
	);
	onTestFinished(() => gate.close());
	return {
		gate,
		registry,
		seed,
		log,
		send: (request) =>
			sendRaw(gate.port, { registry: config.name, ...request }),
		token: (subject, actions, name = "team/app", issuedSecondsAgo = 0) =>
			registryTokens(
				config,
				seed,
				() => Date.now() - issuedSecondsAgo * 1000,
			).mint({
				subject,
				access: [{ type: "repository", name, actions }],
				lifetimeSeconds: 300,
			}).token,
	};
}

/** An account with the fixture's password, or another one. */
export function account(
	principal: GateAccount["principal"],
	password = PASSWORD,
	registry = "ci-snapshots",
): GateAccount {
	const salt = randomBytes(16);
	const hash = createHash("sha256").update(salt).update(password);
	return {
		principal,
		registry,
		salt: salt.toString("hex"),
		sha256: hash.digest("hex"),
	};
}

/** The header of Basic authentication. */
export function basic(username: string, password = PASSWORD) {
	const encoded = Buffer.from(`${username}:${password}`).toString("base64");
	return { Authorization: `Basic ${encoded}` };
}

export function sendRaw(
	port: number,
	{ method = "GET", target, headers = {}, body, registry }: RawRequest,
): Promise<RawAnswer> {
	return new Promise((resolve, reject) => {
		const request = send(
			{
				host: "127.0.0.1",
				port,
				method,
				path: target,
				agent: false,
				headers: {
					Host: "registry.example:8443",
					"X-Forwarded-Proto": "https",
					...(registry !== undefined && { "X-Registry": registry }),
					...headers,
				},
			},
			async (response) => {
				resolve({
					status: response.statusCode ?? 0,
					headers: response.headers,
					rawHeaders: response.rawHeaders,
					body: (await buffer(response)).toString(),
				});
			},
		);
		request.on("error", reject);
		request.end(body);
	});
}
