import {
	mayListRepositories,
	PRINCIPALS,
	type Principal,
	VERBS,
	type Verb,
} from "./access.ts";
import type { Registry } from "./estate.ts";
import { type Account, type Estate, registryNamed } from "./estate.ts";
import { verbsAt } from "./graph.ts";
import { PROMOTER_JOB, SERVICE_PORT } from "./names.ts";
import { exampleTag } from "./naming.ts";
import type { TierKind } from "./tier-kinds.ts";

/** What the self-test tries from one place, with the passwords for it, as the file it reads. Secret. */
export interface SelfTestConfig extends SelfTestPlan {
	/** By the names of the secrets. */
	readonly passwords: Readonly<Record<string, string>>;
}

/** Every cell of the access table at some registries, and what some fronts must not serve. */
export interface SelfTestPlan {
	readonly registries: readonly TestedRegistry[];
	readonly fronts: readonly TestedFront[];
}

/** One registry as the self-test finds it. */
export interface TestedRegistry extends TestedEndpoint {
	readonly name: string;
	readonly tier: TierKind;
	/** One for each principal and verb. */
	readonly cells: readonly AccessCell[];
	/** The image that is pulled, moved and deleted. */
	readonly image: TestedImage;
	/** A tag that the registry's rule takes, for what is to be created. @default - none is known */
	readonly newTag?: string;
	readonly requiredLabels: readonly string[];
}

/** A registry with an account that sees what is in it. */
export interface TestedEndpoint {
	/** E.g. `http://127.0.0.1:5101`. */
	readonly url: string;
	/** May pull, and list the repositories where anybody may. */
	readonly witness: Login;
}

/** One cell of the access table. */
export interface AccessCell {
	readonly principal: Principal;
	readonly verb: Verb;
	readonly allowed: boolean;
	/**
	 * Each of them is tried: those for this registry or, where the principal has none, those for every
	 * other one. Empty for anonymous, and for a principal that has no account in the estate.
	 */
	readonly logins: readonly Login[];
}

/** A user name and where its password is among the secrets. */
export type Login = Pick<Account, "principal" | "secret">;

/**
 * `own`: the self-test writes one under `tag` and takes it away again where somebody may delete.
 * `found`: one that is there already, since nobody may delete it; found where it comes from.
 */
export type TestedImage =
	| {
			readonly kind: "own";
			readonly writer: Login;
			/** @default - nobody may delete, what is written stays */
			readonly remover?: Login;
			/** @default - no tag is known that the registry's rule takes */
			readonly tag?: string;
	  }
	| { readonly kind: "found"; readonly origin: TestedEndpoint };

/** A published port that must not lead to the writing half of Prod. */
export interface TestedFront {
	/** Name of the registry the port belongs to. */
	readonly name: string;
	/** E.g. `http://127.0.0.1:5101`. */
	readonly url: string;
	/** Host name it has to answer 421 to. */
	readonly foreignHost: string;
}

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

/** The part of a plan that concerns one registry. */
export function selfTestOf(plan: SelfTestPlan, name: string): SelfTestPlan {
	const isAsked = (tested: { readonly name: string }) => tested.name === name;
	return {
		registries: plan.registries.filter(isAsked),
		fronts: plan.fronts.filter(isAsked),
	};
}

/** Names of the secrets a plan needs. */
export function secretsOf({ registries }: SelfTestPlan): readonly string[] {
	const logins = registries.flatMap(({ witness, image, cells }) => [
		witness,
		...cells.flatMap((cell) => cell.logins),
		...(image.kind === "found"
			? [image.origin.witness]
			: [image.writer, ...(image.remover ? [image.remover] : [])]),
	]);
	return [...new Set(logins.map(({ secret }) => secret))];
}

function vantageOf({ port }: Registry): Vantage {
	return port === undefined ? PROMOTER_JOB : "outside";
}

function urlOf({ port, host }: Registry): string {
	return port === undefined
		? `http://${host}:${SERVICE_PORT}`
		: `http://127.0.0.1:${port}`;
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
		estate.registries.flatMap(({ name, port, mirror }) =>
			[port, mirror?.port]
				.filter((published) => published !== undefined)
				.map((published) => ({
					name,
					url: `http://127.0.0.1:${published}`,
					foreignHost,
				})),
		),
	);
}
