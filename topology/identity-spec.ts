import type { Principal } from "./access.ts";

/**
 * Whose tokens count as one principal: those of an OpenID Connect issuer that meet every condition.
 * The token is the password of `docker login`; nobody holds a long-lived secret.
 */
export interface IdentitySpec {
	/** The issuer as its tokens name it, compared exactly, e.g. `https://token.actions.githubusercontent.com`. */
	readonly issuer: string;
	/** Who the holder of such a token is. */
	readonly principal: Exclude<Principal, "anonymous">;
	/**
	 * Patterns of claims, anchored at both ends; all have to match. A name with dots leads into nested
	 * claims, e.g. `kubernetes.io.serviceaccount.name`.
	 */
	readonly claims: Readonly<Record<string, string>>;
	/**
	 * The one audience a token is for. `{service}` stands for the name of the tier's token service; without
	 * it one token opens every tier of the principal.
	 * @default - `{service}`: a token for one tier is worth nothing at another
	 */
	readonly audience?: string;
	/**
	 * Where the issuer's keys are.
	 * @default - where its discovery document says, on its own host or in the same registrable domain
	 */
	readonly jwksUri?: string;
	/**
	 * The issuer is on this network: private addresses and plain http are taken.
	 * @default - off: https on public addresses
	 */
	readonly internal?: boolean;
	/** Certificates the issuer's is checked with, PEM. @default - those of the machine */
	readonly ca?: string;
	/** The same, as a file where the gate runs. */
	readonly caFile?: string;
	/** File where the gate runs, with the token it shows when it asks for the keys. @default - none */
	readonly tokenFile?: string;
}

/** An identity with its name, as a gate knows it. */
export interface Identity extends IdentitySpec {
	readonly name: string;
}

/** What stands for the name of a tier's token service in an audience. */
const SERVICE = "{service}";

/** The audience of a token for one tier. */
export const audienceAt = (
	{ audience = SERVICE }: Pick<IdentitySpec, "audience">,
	service: string,
): string => audience.replaceAll(SERVICE, service);

/** The principals that are jobs of the estate: each of them is one job and not a kind of people. */
export const JOB_PRINCIPALS: readonly Principal[] = [
	"promoter",
	"cleaner",
	"archiver",
	"backup",
	"cache",
];

/** Claims that the gate judges by itself. */
export const REGISTERED_CLAIMS: readonly string[] = [
	"aud",
	"exp",
	"iat",
	"iss",
	"nbf",
];

/** Whether a pattern of subjects takes exactly one. */
export const namesOneSubject = (pattern: string): boolean =>
	/^(?:[\w:/@=-]|\\\.)+$/.test(pattern);
