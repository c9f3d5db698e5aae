import { compactVerify } from "jose";
import { printable } from "../../oci/printable.ts";
import { hasRepeatedMembers } from "../json.ts";
import { LEEWAY_SECONDS } from "../tokens.ts";
import type { Claims } from "./claim-conditions.ts";
import type { IssuerKey } from "./jwk-set.ts";
import { IdentityRefusedError } from "./refused.ts";

/** What a token says before anything of it is believed. */
export interface UnverifiedToken {
	readonly text: string;
	readonly issuer: string;
	/** Which of the issuer's keys is said to have signed it. */
	readonly kid: string;
	readonly algorithm: string;
	readonly claims: Claims;
}

/**
 * Longest token, in characters. A projected ServiceAccount token has about 1,200, one of GitHub 1,600.
 * In a header it is 6,000 at most, since nginx takes lines of 8 KiB and Basic authentication adds a third.
 */
export const MAX_TOKEN_LENGTH = 16 * 1024;

/** A token that lives longer is a long-lived secret, which is what identities are to replace. */
const MAX_LIFETIME_SECONDS = 24 * 60 * 60;

/** Longest `sub`; a ServiceAccount's has at most 338 characters. */
const MAX_SUBJECT_LENGTH = 512;

const SEGMENTS = /^eyJ[\w-]*\.eyJ[\w-]*\.[\w-]*$/;

// Tokens of sessions that ended, of software statements and the like are signed with the same keys.
const TYPES: readonly unknown[] = [undefined, "JWT", "AT+JWT"];

/** Whether a password has the form of a signed token, which no static one has: those are letters and digits. */
export const hasTokenForm = (password: string): boolean =>
	SEGMENTS.test(password);

/**
 * Reads a token without believing it.
 *
 * @throws {IdentityRefusedError}
 */
export function readToken(text: string): UnverifiedToken {
	if (text.length > MAX_TOKEN_LENGTH) {
		throw new IdentityRefusedError(
			`the token has ${text.length} characters: expected at most ${MAX_TOKEN_LENGTH}`,
		);
	}
	const [head = "", payload = ""] = text.split(".");
	const { typ, alg, kid } = parseObject(head, "header");
	const claims = parseObject(payload, "payload");
	const type = typeof typ === "string" ? typ.toUpperCase() : typ;
	if (!TYPES.includes(type)) {
		throw new IdentityRefusedError(
			`the token is of type ${shown(typ)}: expected JWT or at+jwt`,
		);
	}
	if (typeof claims.iss !== "string") {
		throw new IdentityRefusedError("the token has no issuer");
	}
	if (typeof kid !== "string" || typeof alg !== "string") {
		throw new IdentityRefusedError("the token does not name its key");
	}
	return { text, issuer: claims.iss, kid, algorithm: alg, claims };
}

/**
 * Checks that the issuer signed the token with this key. Nothing that the token says of its own key
 * (`jwk`, `x5c`, `jku`) is ever looked at.
 *
 * @throws {IdentityRefusedError}
 */
export async function checkSignature(
	{ text, algorithm }: UnverifiedToken,
	{ key, algorithms }: IssuerKey,
): Promise<void> {
	if (!algorithms.includes(algorithm)) {
		throw new IdentityRefusedError(
			`the token's algorithm is ${shown(algorithm)}: expected ${algorithms[0]}, as the kind of its key says`,
		);
	}
	try {
		await compactVerify(text, key, { algorithms: [algorithm] });
	} catch {
		throw new IdentityRefusedError("the token's signature is not its key's");
	}
}

/**
 * Checks what every token has to say, whoever issued it: for whom it is, of whom, and when.
 *
 * @param now milliseconds since the epoch
 * @returns the subject
 * @throws {IdentityRefusedError}
 */
export function checkClaims(
	{ claims: { aud, sub, exp, iat, nbf = 0 } }: UnverifiedToken,
	audience: string,
	now: number,
): string {
	// Several would make it worth something elsewhere too.
	const only = Array.isArray(aud) && aud.length === 1 ? aud[0] : aud;
	if (only !== audience) {
		throw new IdentityRefusedError(
			`the token is for ${shown(only)}: expected '${audience}' alone`,
		);
	}
	if (
		typeof sub !== "string" ||
		sub === "" ||
		sub.length > MAX_SUBJECT_LENGTH
	) {
		throw new IdentityRefusedError(
			`the token's subject is ${shown(sub)}: expected a text of at most ${MAX_SUBJECT_LENGTH} characters`,
		);
	}
	if (!isTime(exp) || !isTime(iat) || !isTime(nbf)) {
		throw new IdentityRefusedError(
			"the token does not say with numbers when it was issued and when it ends",
		);
	}
	const seconds = now / 1000;
	if (seconds >= exp + LEEWAY_SECONDS) {
		throw new IdentityRefusedError(`the token ended at ${timeOf(exp)}`);
	}
	if (seconds < Math.max(nbf, iat) - LEEWAY_SECONDS) {
		throw new IdentityRefusedError(
			`the token begins at ${timeOf(Math.max(nbf, iat))}`,
		);
	}
	if (exp - iat > MAX_LIFETIME_SECONDS) {
		throw new IdentityRefusedError(
			`the token lives ${exp - iat} seconds: expected at most ${MAX_LIFETIME_SECONDS}`,
		);
	}
	return sub;
}

function parseObject(segment: string, what: string): Claims {
	const json = Buffer.from(segment, "base64url").toString();
	let value: unknown;
	try {
		value = JSON.parse(json);
	} catch {
		throw new IdentityRefusedError(`the token's ${what} is not JSON`);
	}
	// Which of two members counts is told differently by different readers.
	if (hasRepeatedMembers(json, value)) {
		throw new IdentityRefusedError(`the token's ${what} has a member twice`);
	}
	return value as Claims;
}

// The last second of the year 9999 and what JSON can say beyond it.
const isTime = (value: unknown): value is number =>
	typeof value === "number" && value >= 0 && value <= 253_402_300_799;

const timeOf = (seconds: number) => new Date(seconds * 1000).toISOString();

function shown(value: unknown): string {
	if (typeof value === "string") return `'${printable(value)}'`;
	if (value === undefined) return "nothing";
	return Array.isArray(value) ? "several" : `a ${typeof value}`;
}
