import {
	mayListRepositories,
	PRINCIPALS,
	type Principal,
	VERBS,
	type Verb,
} from "./access.ts";
import {
	type Account,
	type Estate,
	type Registry,
	registryNamed,
} from "./estate.ts";
import { verbsAt } from "./graph.ts";
import { frontUrl, PROMOTER_JOB } from "./names.ts";
import { exampleTag } from "./naming.ts";
import { publishedAddress } from "./published.ts";
import type {
	Login,
	SelfTestPlan,
	TestedEndpoint,
	TestedFront,
	TestedImage,
	TestedRegistry,
} from "./self-test-config.ts";

/** Where a registry can be reached from: by clients outside the estate, or by the promoter alone. */
export type Vantage = "outside" | typeof PROMOTER_JOB;

/**
 * Renders the access table into what the self-test tries from one place.
 *
 * The expectation comes from the table and the accounts, not from what gates and fronts are told, so
 * that the live estate is compared with the model and not with another rendering of it.
 */
export function selfTestPlan(estate: Estate, vantage: Vantage): SelfTestPlan {
	return {
		registries: estate.registries
			.filter((registry) => vantageOf(registry) === vantage)
			.map((registry) => testedRegistry(estate, registry)),
		fronts: vantage === "outside" ? testedFronts(estate) : [],
	};
}

function vantageOf(registry: Registry): Vantage {
	return publishedAddress(registry) === undefined ? PROMOTER_JOB : "outside";
}

// Names of a cluster's tiers are tried from within it, where they need no load balancer.
function urlOf({ port, host }: Registry): string {
	return port === undefined ? frontUrl({ host }) : `http://127.0.0.1:${port}`;
}

// The tag that stays while a registry is tried, and the one that comes and goes.
const KEPT = 1;
const NEW = 2;

function testedRegistry(estate: Estate, registry: Registry): TestedRegistry {
	const { name, tier, naming, requiredLabels } = registry;
	const newTag = exampleTag(naming, NEW);
	return {
		name,
		tier,
		...testedEndpoint(estate, registry),
		cells: PRINCIPALS.flatMap((principal) => {
			const allowed = verbsAt(estate, principal, registry);
			const logins = loginsOf(estate, principal, registry);
			return VERBS.map((verb) => ({
				principal,
				verb,
				allowed: allowed.includes(verb),
				logins,
			}));
		}),
		image: testedImage(estate, registry),
		...(newTag !== undefined && { newTag }),
		requiredLabels,
	};
}

function testedImage(estate: Estate, registry: Registry): TestedImage {
	const { upstream, naming, tier } = registry;
	const writer = holder(estate, registry, "create");
	// Prod keeps what it is given for ever: nothing is put there for a test.
	if (!writer || tier === "prod") {
		const origin = registryNamed(estate, upstream?.registry ?? registry.name);
		return { kind: "found", origin: testedEndpoint(estate, origin) };
	}
	const remover = holder(estate, registry, "delete");
	const tag = exampleTag(naming, KEPT);
	return {
		kind: "own",
		writer,
		...(remover && { remover }),
		...(tag !== undefined && { tag }),
	};
}

function testedEndpoint(estate: Estate, registry: Registry): TestedEndpoint {
	const accounts = accountsAt(estate, registry);
	const witness =
		accounts.find((a) => mayListRepositories(registry.tier, a.principal)) ??
		accounts[0];
	if (!witness) throw new Error(`nobody has an account at '${registry.name}'`);
	return { url: urlOf(registry), witness: loginOf(witness) };
}

function holder(
	estate: Estate,
	registry: Registry,
	verb: Verb,
): Login | undefined {
	const account = accountsAt(estate, registry).find(({ principal }) =>
		verbsAt(estate, principal, registry).includes(verb),
	);
	return account && loginOf(account);
}

function loginsOf(
	estate: Estate,
	principal: Principal,
	registry: Registry,
): readonly Login[] {
	const all = accountsOf(estate).filter((a) => a.principal === principal);
	const here = all.filter((a) => a.registry === registry.name);
	return (here.length > 0 ? here : all).map(loginOf);
}

const accountsOf = ({ gates }: Estate) =>
	gates.flatMap(({ accounts }) => accounts);

const accountsAt = (estate: Estate, { name }: Registry) =>
	accountsOf(estate).filter(({ registry }) => registry === name);

const loginOf = ({ principal, secret }: Account): Login => ({
	principal,
	secret,
});

// Every published port: a front tells its registries apart by port and host name.
function testedFronts(estate: Estate): readonly TestedFront[] {
	const foreignHosts = estate.registries.filter(
		(registry) => vantageOf(registry) === PROMOTER_JOB,
	);
	return foreignHosts.flatMap(({ host: foreignHost }) =>
		estate.registries.flatMap((registry) => {
			const { name, mirror } = registry;
			return [
				...(vantageOf(registry) === "outside" ? [urlOf(registry)] : []),
				...(mirror?.port === undefined
					? []
					: [`http://127.0.0.1:${mirror.port}`]),
			].map((url) => ({ name, url, foreignHost }));
		}),
	);
}
