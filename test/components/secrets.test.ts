import { describe, expect, test } from "vitest";
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

describe("a password", () => {
	test("is in clear in no resource", async () => {
		const leaks = resources.flatMap(({ identity, inputs }) =>
			inClear(inputs, "password of").map((path) => `${identity}${path}`),
		);
		expect(leaks).toEqual([]);
	});

	test("reaches the promoter as two files, a different one for each end", async () => {
		const writer = resources.find(
			({ name }) => name === "promoter-server-config-writer",
		);
		const uploads = plain(writer?.inputs.uploads) as {
			file: string;
			content: string;
		}[];
		expect(
			Object.fromEntries(
				uploads
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
			const writer = resources.find(
				({ name }) => name === `${gate}-gate-server-inbox-writer`,
			);
			const uploads = plain(writer?.inputs.uploads) as {
				file: string;
				content: string;
			}[];
			const file = uploads.find(({ file }) => file.endsWith("accounts.json"));
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

test("the passwords the stack exports are those of its accounts", async () => {
	expect(Object.keys(result.passwords).sort()).toEqual(
		devEstate()
			.gates.flatMap(({ accounts }) => accounts.map(({ secret }) => secret))
			.sort(),
	);
	expect(await resolved(result.promoter)).toBe("promoter-server-1234567");
});
