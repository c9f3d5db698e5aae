import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import {
	basicAuthorization,
	CredentialError,
	passwordFile,
} from "../../../services/oci/credentials.ts";

let folder: string;
let file: string;

beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), "credentials-"));
	file = join(folder, "password");
});
afterEach(() => rm(folder, { recursive: true }));

test.each([["s3cret"], ["s3cret\n"], ["s3cret\r\n"]])(
	"the password is the content of the file: %j",
	async (content) => {
		await writeFile(file, content);
		expect(await passwordFile("promoter", file)()).toEqual({
			username: "promoter",
			password: "s3cret",
		});
	},
);

test("a rotated password is used from the next time on", async () => {
	await writeFile(file, "old");
	const credentials = passwordFile("promoter", file);
	await credentials();
	await writeFile(file, "new");
	expect((await credentials()).password).toBe("new");
});

test.each(["", "\n", "one\ntwo", "tab\t"])(
	"a file with %j is refused without its content",
	async (content) => {
		await writeFile(file, content);
		await expect(passwordFile("promoter", file)()).rejects.toEqual(
			new CredentialError(
				`${file} does not hold the password of account 'promoter': expected one line of text and nothing else`,
			),
		);
	},
);

test("a missing file is named", async () => {
	await expect(passwordFile("promoter", file)()).rejects.toThrow(
		`cannot read the password of account 'promoter' from ${file}: ENOENT; mount the secret there, readable for this process`,
	);
});

test("Basic credentials are UTF-8 in base64", () => {
	expect(basicAuthorization({ username: "a", password: "pä:ss" })).toBe(
		"Basic YTpww6Q6c3M=",
	);
});
