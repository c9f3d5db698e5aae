import type { Principal, Verb } from "./access.ts";
import type { Account } from "./estate.ts";
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
