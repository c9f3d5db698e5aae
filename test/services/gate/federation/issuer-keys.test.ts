import { generateKeyPairSync } from "node:crypto";
import { beforeEach, describe, expect, test } from "vitest";
import {
	FIRST_PAUSE_MS,
	FRESH_MS,
	type IssuerKeys,
	issuerKeys,
	PAUSE_MS,
	STALE_MS,
} from "../../../../services/gate/federation/issuer-keys.ts";
import type { IssuerKey } from "../../../../services/gate/federation/jwk-set.ts";

const { publicKey } = generateKeyPairSync("ed25519");
const setOf = (...kids: string[]) =>
	new Map(
		kids.map((kid): [string, IssuerKey] => [
			kid,
			{ kid, key: publicKey, algorithms: ["EdDSA"] },
		]),
	);

let time: number;
let loads: number;
let published: () => Promise<ReadonlyMap<string, IssuerKey>>;
let troubles: string[];
let keys: IssuerKeys;
beforeEach(() => {
	time = 1_000_000_000;
	loads = 0;
	published = async () => setOf("a");
	troubles = [];
	keys = issuerKeys(
		() => {
			loads += 1;
			return published();
		},
		{ now: () => time, onTrouble: (reason) => troubles.push(reason) },
	);
});

const away = async () => {
	throw new Error("connect ECONNREFUSED");
};
const found = (kid: string) =>
	keys.find(kid).then(
		() => "found",
		(error: Error) => error.message,
	);
const UNKNOWN = "the issuer has no key of the id that the token names";

describe("while the issuer answers", () => {
	test("it is asked once for many tokens", async () => {
		const all = await Promise.all(
			Array.from({ length: 100 }, () => found("a")),
		);
		expect(new Set(all)).toEqual(new Set(["found"]));
		expect(loads).toBe(1);
		time += FRESH_MS - 1;
		expect(await found("a")).toBe("found");
		expect(loads).toBe(1);
	});

	test("a new key is found as soon as a token names it", async () => {
		await found("a");
		published = async () => setOf("a", "b");
		time += PAUSE_MS;
		expect(await found("b")).toBe("found");
		expect(loads).toBe(2);
	});

	test("tokens that name keys it never had make no more than one request in 30 seconds", async () => {
		await found("a");
		for (let i = 0; i < 1_000; i++) {
			time += 100;
			expect(await found(`made-up-${i}`)).toBe(UNKNOWN);
		}
		expect(loads).toBe(1 + 3);
		expect(PAUSE_MS).toBe(30_000);
	});

	test("such tokens at one moment make one request, and others need not wait for it", async () => {
		await found("a");
		time += PAUSE_MS;
		let answer = () => {};
		published = () =>
			new Promise((resolve) => {
				answer = () => resolve(setOf("a"));
			});
		const unknown = Array.from({ length: 50 }, (_, i) => found(`x${i}`));
		expect(await found("a")).toBe("found");
		answer();
		expect(new Set(await Promise.all(unknown))).toEqual(new Set([UNKNOWN]));
		expect(loads).toBe(2);
	});

	test("a key that it no longer publishes ends within ten minutes and one login", async () => {
		await found("a");
		published = async () => setOf("b");
		time += FRESH_MS;
		expect(await found("a")).toBe("found");
		expect(await found("a")).toBe(UNKNOWN);
		expect(FRESH_MS).toBe(600_000);
	});
});

describe("while the issuer is away", () => {
	test("its keys stay good for a day", async () => {
		await found("a");
		published = away;
		for (let hour = 1; hour < 24; hour++) {
			time += 3_600_000;
			expect(await found("a")).toBe("found");
		}
		time += 3_600_000;
		expect(await found("a")).toBe(
			"the issuer's keys are not known: connect ECONNREFUSED",
		);
		expect(STALE_MS).toBe(86_400_000);
	});

	test("and are there again when it is", async () => {
		await found("a");
		published = away;
		time += STALE_MS;
		expect(await found("a")).not.toBe("found");
		published = async () => setOf("a");
		time += FIRST_PAUSE_MS;
		expect(await found("a")).toBe("found");
	});

	test("from the start, it is asked again after five seconds", async () => {
		published = away;
		const refusal = "the issuer's keys are not known: connect ECONNREFUSED";
		expect(await found("a")).toBe(refusal);
		expect(await found("a")).toBe(refusal);
		expect(loads).toBe(1);
		time += FIRST_PAUSE_MS;
		published = async () => setOf("a");
		expect(await found("a")).toBe("found");
		expect(FIRST_PAUSE_MS).toBe(5_000);
	});

	test("it is reported once, and again when it went away again", async () => {
		published = away;
		await keys.refresh();
		await keys.refresh();
		published = async () => setOf("a");
		await keys.refresh();
		published = away;
		await keys.refresh();
		expect(troubles).toEqual(["connect ECONNREFUSED", "connect ECONNREFUSED"]);
	});
});
