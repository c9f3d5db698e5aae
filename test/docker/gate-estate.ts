import { createHash, randomBytes } from "node:crypto";
import pino from "pino";
import { type RunningGate, startGate } from "../../services/gate/server.ts";
import type { GateAccount, GateRegistry } from "../../topology/gate-config.ts";
import type { Identity } from "../../topology/identity-spec.ts";
import { namingRule } from "../../topology/naming.ts";
import { publicJwk } from "../../topology/signing-key.ts";
import { type RunningFront, startFront } from "./gate-front.ts";
import { type RunningRegistry, startRegistry } from "./registry-server.ts";

/** A registry with its gate and front, as an estate has them. */
export interface GuardedRegistry {
	readonly config: GateRegistry;
	readonly seed: string;
	readonly registry: RunningRegistry;
	readonly gate: RunningGate;
	readonly front: RunningFront;
	/** A token of the token service, through the front. */
	token(principal: string, ...scopes: string[]): Promise<string>;
	stop(): Promise<void>;
}

/** How a registry differs from CI Snapshots, and whose tokens open it. */
export interface GuardedOptions extends Partial<GateRegistry> {
	readonly identities?: readonly Identity[];
}

/** The password of every account here. */
export const PASSWORD = "a password of a test";

/** Starts a registry of distribution with EdDSA token authentication and nothing before it. */
export function startTokenRegistry(
	{ service, issuer }: Pick<GateRegistry, "service" | "issuer">,
	seed: string,
): Promise<RunningRegistry> {
	return startRegistry({
		config: {
			auth: {
				token: {
					realm: "http://unused.test/auth/token",
					autoredirect: true,
					service,
					issuer,
					jwks: "/test/jwks.json",
					signingalgorithms: ["EdDSA"],
				},
			},
		},
		files: { "/test/jwks.json": JSON.stringify({ keys: [publicJwk(seed)] }) },
	});
}

/**
 * Starts a registry, its gate and its front. CI writes, developers pull, the cleaner deletes. `now`
 * is the gate's clock.
 */
export async function startGuarded(
	{ identities = [], ...overrides }: GuardedOptions = {},
	now: () => number = Date.now,
): Promise<GuardedRegistry> {
	const seed = randomBytes(32).toString("base64");
	const { service = "registry.test", issuer = "gate.registry.test" } =
		overrides;
	const names = { service, issuer };
	const registry = await startTokenRegistry(names, seed);
	const config: GateRegistry = {
		name: "ci-snapshots",
		...names,
		url: registry.url,
		naming: namingRule("ci-snapshots", true),
		createOnlyTags: true,
		requiredLabels: [],
		grants: {
			ci: ["pull", "create"],
			developer: ["pull"],
			cleaner: ["pull", "delete"],
		},
		catalog: ["cleaner"],
		...overrides,
	};
	const gate = await startGate(
		{
			config: { tokenLifetimeSeconds: 300, registries: [config], identities },
			keys: { [config.name]: { seed } },
			accounts: (["ci", "developer", "cleaner"] as const).map((principal) =>
				account(principal, config.name),
			),
		},
		{ port: 0, log: pino({ level: "silent" }), now },
	);
	const front = await startFront(config.name, {
		gate: `http://127.0.0.1:${gate.port}`,
		registry: registry.url,
	});
	return { config, seed, registry, gate, front, token, stop };

	async function token(principal: string, ...scopes: string[]) {
		const query = new URLSearchParams({ service: config.service });
		for (const scope of scopes) query.append("scope", scope);
		const credentials = Buffer.from(`${principal}:${PASSWORD}`);
		const answer = await fetch(`${front.url}/auth/token?${query}`, {
			headers: { Authorization: `Basic ${credentials.toString("base64")}` },
		});
		return ((await answer.json()) as { token: string }).token;
	}

	async function stop() {
		await front.close();
		await gate.close();
		await registry.stop();
	}
}

function account(
	principal: GateAccount["principal"],
	registry: string,
): GateAccount {
	const salt = randomBytes(16);
	const hash = createHash("sha256").update(salt).update(PASSWORD);
	return {
		principal,
		registry,
		salt: salt.toString("hex"),
		sha256: hash.digest("hex"),
	};
}
