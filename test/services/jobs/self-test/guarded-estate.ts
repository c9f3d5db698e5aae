import { createHash, randomBytes } from "node:crypto";
import pino from "pino";
import { onTestFinished } from "vitest";
import { startGate } from "../../../../services/gate/server.ts";
import { selfTest } from "../../../../services/jobs/self-test/self-test.ts";
import { compileEstate } from "../../../../topology/compile.ts";
import type {
	Account,
	Estate,
	EstateSpec,
	Registry,
} from "../../../../topology/estate.ts";
import {
	type GateAccount,
	type GateConfig,
	type GateRegistry,
	gateConfig,
} from "../../../../topology/gate-config.ts";
import type { SelfTestConfig } from "../../../../topology/self-test-config.ts";
import { selfTestPlan } from "../../../../topology/self-test-plan.ts";
import type { SelfTestReport } from "../../../../topology/self-test-report.ts";
import { type RunningFront, startFront } from "../../../docker/gate-front.ts";
import { DEV_SPEC } from "../../../topology/dev-estate.ts";
import { blob, image, push } from "../../oci/images.ts";
import { RegistryServer } from "../../oci/registry-server.ts";
import {
	type Fault,
	type SeenRequest,
	startTokenRegistry,
} from "./token-registry.ts";

/** What is different from what the estate says. */
export interface Mutation {
	/** Changes the description before it is compiled. */
	readonly spec?: (spec: EstateSpec) => EstateSpec;
	/** Changes what the gate before a registry is told. */
	readonly gate?: (registry: GateRegistry) => GateRegistry;
	/** Accounts that gates have besides their own. */
	readonly accounts?: readonly Account[];
	/** What registries do wrong. */
	readonly fault?: (request: SeenRequest) => Fault | undefined;
	/** Nothing is in Prod. */
	readonly emptyProd?: boolean;
}

/** A whole estate in this process: the gates are the real ones, distribution and nginx are played. */
export interface GuardedEstate {
	readonly estate: Estate;
	/** What a registry keeps; caches show the one of their origin. */
	store(registry: string): RegistryServer;
	/** Tries the cells of these registries. */
	selfTest(...registries: readonly string[]): Promise<SelfTestReport>;
}

/** The image in Prod. */
export const PROMOTED = image([blob("promoted")]);

export async function startGuardedEstate({
	spec = (same) => same,
	gate = (same) => same,
	accounts = [],
	fault = () => undefined,
	emptyProd = false,
}: Mutation = {}): Promise<GuardedEstate> {
	const drafted = compileEstate(spec(DEV_SPEC));
	const stores = new Map<string, RegistryServer>();
	const registries = new Map<
		string,
		Awaited<ReturnType<typeof startTokenRegistry>>
	>();
	for (const registry of drafted.registries) {
		const registryUrl = (await storeOf(registry)).url;
		const started = await startTokenRegistry(registryUrl, fault);
		onTestFinished(() => started.close());
		registries.set(registry.name, started);
	}
	const config = gateConfigs(drafted).map((one) => ({
		...one,
		registries: one.registries.map(gate),
	}));
	const fronts = new Map<string, RunningFront>();
	for (const one of config) await startOneGate(one);
	const estate = withPorts(drafted, fronts);
	if (!emptyProd) {
		await push(found(stores, "prod").url, "team/app", PROMOTED, "1.0.0");
	}
	return {
		estate,
		store: (name) => found(stores, storeName(drafted, name)),
		selfTest: (...names) =>
			selfTest({
				config: configOf(estate, fronts, names),
				signal: new AbortController().signal,
			}),
	};

	async function storeOf(registry: Registry): Promise<RegistryServer> {
		const name = storeName(drafted, registry.name);
		const known = stores.get(name);
		if (known) return known;
		const store = await new RegistryServer().start();
		onTestFinished(() => store.stop());
		stores.set(name, store);
		return store;
	}

	function gateConfigs({ gates }: Estate): readonly GateConfig[] {
		return gates.map(({ name }) =>
			gateConfig(drafted, name, (r) => found(registries, r.name).url),
		);
	}

	async function startOneGate(one: GateConfig): Promise<void> {
		const own = one.registries.map(({ name }) => name);
		const seeds = own.map((name) => {
			const seed = randomBytes(32).toString("base64");
			const registry = drafted.registries.find((r) => r.name === name);
			if (registry) found(registries, name).configure(registry, seed);
			return [name, { seed }] as const;
		});
		const all = [
			...drafted.gates.flatMap((some) => some.accounts),
			...accounts,
		];
		const running = await startGate(
			{
				config: one,
				keys: Object.fromEntries(seeds),
				accounts: all
					.filter(({ registry }) => own.includes(registry))
					.map(hashed),
			},
			{ port: 0, log: pino({ level: "silent" }) },
		);
		onTestFinished(() => running.close());
		for (const name of own) {
			const front = await startFront(name, {
				gate: `http://127.0.0.1:${running.port}`,
				registry: found(registries, name).url,
			});
			onTestFinished(() => front.close());
			fronts.set(name, front);
		}
	}
}

function storeName({ registries }: Estate, name: string): string {
	const registry = registries.find((r) => r.name === name);
	if (!registry) throw new Error(`no registry '${name}'`);
	return registry.upstream?.registry ?? registry.stores[0] ?? name;
}

// All are reached from this process, prod-rw too.
function withPorts(
	estate: Estate,
	fronts: ReadonlyMap<string, RunningFront>,
): Estate {
	return {
		...estate,
		registries: estate.registries.map((registry) => ({
			...registry,
			port: Number(new URL(found(fronts, registry.name).url).port),
		})),
	};
}

function configOf(
	estate: Estate,
	fronts: ReadonlyMap<string, RunningFront>,
	names: readonly string[],
): SelfTestConfig {
	const { registries } = selfTestPlan(estate, "outside");
	const all = estate.gates.flatMap(({ accounts }) => accounts);
	if (fronts.size !== registries.length) throw new Error("a front is missing");
	return {
		registries: registries.filter(({ name }) => names.includes(name)),
		fronts: [],
		passwords: Object.fromEntries(
			all.map(({ secret }) => [secret, passwordOf(secret)]),
		),
	};
}

const passwordOf = (secret: string) => `the password of ${secret}`;

function hashed({ principal, registry, secret }: Account): GateAccount {
	const salt = randomBytes(16);
	const sha256 = createHash("sha256")
		.update(salt)
		.update(passwordOf(secret))
		.digest("hex");
	return { principal, registry, salt: salt.toString("hex"), sha256 };
}

function found<T>(map: ReadonlyMap<string, T>, name: string): T {
	const value = map.get(name);
	if (value === undefined) throw new Error(`nothing was started for '${name}'`);
	return value;
}

/** The cells of a report with an outcome, as `registry principal verb`. */
export function cellsWith(
	{ cells }: SelfTestReport,
	outcome: SelfTestReport["cells"][number]["outcome"],
): readonly string[] {
	return cells
		.filter((cell) => cell.outcome === outcome)
		.map(({ registry, principal, verb }) => `${registry} ${principal} ${verb}`);
}

/** Why a cell failed. */
export function reasonOf(report: SelfTestReport, cell: string) {
	return report.cells.find(
		({ registry, principal, verb }) =>
			`${registry} ${principal} ${verb}` === cell,
	)?.reason;
}
