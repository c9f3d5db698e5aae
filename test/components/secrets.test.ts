import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import {
	publicKeyPem,
	signingKeyPem,
} from "../../topology/estate-signing-key.ts";
import { devEstate } from "../topology/dev-estate.ts";
import { estateOnDocker } from "./estate.ts";
import { deploy, plain, resolved, SECRET_KEY } from "./harness.ts";

const { resources, result } = await deploy(() => estateOnDocker());

/** Paths of an input that are in clear and contain the text. */
function inClear(value: unknown, text: string, path = ""): readonly string[] {
	if (typeof value === "string") return value.includes(text) ? [path] : [];
	if (value === null || typeof value !== "object") return [];
	if (SECRET_KEY in value) return [];
	return Object.entries(value).flatMap(([key, inner]) =>
		inClear(inner, text, `${path}.${key}`),
	);
}

/** The files a writer puts into its volume. */
function uploadsOf(writer: string) {
	const { inputs } = resources.find(({ name }) => name === writer) ?? {};
	return plain(inputs?.uploads) as {
		readonly file: string;
		readonly content: string;
		readonly permissions?: string;
	}[];
}

describe("a password", () => {
	test("is in clear in no resource", async () => {
		const leaks = resources.flatMap(({ identity, inputs }) =>
			inClear(inputs, "password of").map((path) => `${identity}${path}`),
		);
		expect(leaks).toEqual([]);
	});

	test("reaches the promoter as two files, a different one for each end", () => {
		expect(
			Object.fromEntries(
				uploadsOf("promoter-server-config-writer")
					.filter(({ file }) => file.endsWith("password"))
					.map(({ file, content }) => [file, content]),
			),
		).toEqual({
			"/files/read-password": "password of home-accounts-promoter-ci-snapshots",
			"/files/write-password":
				"password of promotion-accounts-promoter-prod-rw",
		});
	});

	test("of one gate is unknown to the other", async () => {
		const accounts = (gate: string) => {
			const file = uploadsOf(`${gate}-gate-server-inbox-writer`).find(
				({ file }) => file.endsWith("accounts.json"),
			);
			return (JSON.parse(file?.content ?? "[]") as { registry: string }[]).map(
				({ registry }) => registry,
			);
		};
		expect(new Set(accounts("home"))).toEqual(
			new Set(["sandbox", "ci-tests", "ci-snapshots", "prod", "archive"]),
		);
		expect(new Set(accounts("promotion"))).toEqual(new Set(["prod-rw"]));
		expect(new Set(accounts("eu"))).toEqual(new Set(["prod-eu", "archive-eu"]));
	});
});

test("a private key reaches its gate alone: registries get the public half", async () => {
	const seed = Buffer.alloc(32, "home-keys-sandbox-1").toString("base64");
	const holders = resources
		.filter(({ inputs }) => JSON.stringify(plain(inputs)).includes(seed))
		.map(({ name }) => name);
	expect(holders).toEqual(["home-gate-server-inbox-writer"]);
});

describe("a key that signs images or promotion records", () => {
	const seedOf = (signer: string) =>
		Buffer.alloc(32, `signing-keys-${signer}`).toString("base64");

	test("is in clear in no resource", () => {
		const leaks = resources.flatMap(({ identity, inputs }) =>
			["PRIVATE KEY", seedOf("ci"), seedOf("promoter")].flatMap((text) =>
				inClear(inputs, text).map((path) => `${identity}${path}`),
			),
		);
		expect(leaks).toEqual([]);
	});

	test("reaches the promoter alone, and of signers only the public half does", async () => {
		const holders = resources
			.filter(({ inputs }) =>
				JSON.stringify(plain(inputs)).includes("PRIVATE KEY"),
			)
			.map(({ name }) => name);
		expect(holders).toEqual(["promoter-server-config-writer"]);
		const keys = uploadsOf("promoter-server-config-writer").filter(
			({ content }) => content.includes("PRIVATE KEY"),
		);
		expect(keys.map(({ file, content }) => [file, content])).toEqual([
			["/files/record-key", signingKeyPem(seedOf("promoter"))],
		]);
	});

	test("is exported as a secret, and its public half is none", async () => {
		const { privateKeys, publicKeys } = result.signingKeys;
		expect(await resolved(pulumi.all(privateKeys))).toEqual({
			ci: signingKeyPem(seedOf("ci")),
			promoter: signingKeyPem(seedOf("promoter")),
		});
		expect(await resolved(pulumi.all(publicKeys))).toEqual({
			ci: publicKeyPem(seedOf("ci")),
			promoter: publicKeyPem(seedOf("promoter")),
		});
		expect(await pulumi.isSecret(pulumi.all(privateKeys))).toBe(true);
		expect(await pulumi.isSecret(pulumi.all(publicKeys))).toBe(false);
	});
});

test("the passwords the stack exports are those of its accounts", async () => {
	expect(Object.keys(result.passwords).sort()).toEqual(
		devEstate()
			.gates.flatMap(({ accounts }) => accounts.map(({ secret }) => secret))
			.sort(),
	);
	expect(await resolved(result.promoter)).toBe("promoter-server-1234567");
});
