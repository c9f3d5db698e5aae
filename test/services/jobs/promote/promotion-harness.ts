import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
	readStatement,
	signStatement,
} from "../../../../services/jobs/promote/signatures/record-signature.ts";
import {
	publicKeyPem,
	signingKeyPem,
} from "../../../../topology/estate-signing-key.ts";
import {
	fallbackTag,
	type TestBlob,
	type TestImage,
} from "../../oci/images.ts";
import type { RegistryServer } from "../../oci/registry-server.ts";
import { type JobHarness, jobHarness } from "../job-harness.ts";
import { attachedBundle, inTotoStatement } from "./built-images.ts";
import { statementOf } from "./signatures/signed.ts";

const RECORD_SEED = createHash("sha256").update("record").digest("base64");
const CI_SEED = createHash("sha256").update("ci").digest("base64");

/** CI, whose signature Prod asks for. */
export const CI = { name: "ci", publicKey: publicKeyPem(CI_SEED) };

/** A signature of CI's, and an SBOM it attests. */
export const signatureOf = (image: TestImage) =>
	attachedBundle(image, signedByCi(statementOf(image.digest)));
export const sbomOf = (image: TestImage) =>
	attachedBundle(image, signedByCi(inTotoStatement(image)));

const signedByCi = (statement: object) =>
	JSON.parse(signStatement(statement, signingKeyPem(CI_SEED)).toString());

/** A job harness whose promoter signs records. */
export interface PromotionHarness extends JobHarness {
	/** Gives the promoter the key it signs records with. */
	signRecords(): Promise<void>;
	/** The lines of the audit log. */
	audit(): Promise<readonly Record<string, unknown>[]>;
}

/** Sets the harness up for every test of the file; its fields are valid inside of tests. */
export function promotionHarness(): PromotionHarness {
	const harness = jobHarness();
	const more = {
		signRecords: async () => {
			const recordKeyFile = join(harness.folder, "record-key");
			await writeFile(recordKeyFile, signingKeyPem(RECORD_SEED));
			await harness.configure({ recordKeyFile });
		},
		audit: async () => {
			const text = await readFile(
				join(harness.config.state, "audit.jsonl"),
				"utf8",
			);
			return text
				.trimEnd()
				.split("\n")
				.map((line) => JSON.parse(line));
		},
	};
	// The fields of the other one are new for each test.
	return Object.setPrototypeOf(more, harness);
}

/** What a registry lists as referring to an image: their digests. */
export function listedFor(
	server: RegistryServer,
	repository: string,
	image: TestBlob,
): readonly string[] {
	const tag = server.tag(repository, fallbackTag(image));
	const list = server.repositories.get(repository)?.manifests.get(tag ?? "");
	if (!list) return [];
	const { manifests } = JSON.parse(list.bytes.toString());
	return manifests.map(({ digest }: TestBlob) => digest);
}

/** The promotion records of an image that are at a registry and that the promoter signed. */
export function recordsOf(
	server: RegistryServer,
	repository: string,
	image: TestBlob,
): readonly unknown[] {
	const { manifests } = server.repositories.get(repository) ?? {};
	return listedFor(server, repository, image).flatMap((digest) => {
		const { bytes } = manifests?.get(digest) ?? {};
		const { subject, layers } = JSON.parse(`${bytes}`);
		if (subject?.digest !== image.digest) return [];
		const bundle = server.blobs.get(layers[0].digest) ?? Buffer.alloc(0);
		const read = readStatement(bundle, publicKeyPem(RECORD_SEED));
		return "statement" in read ? [read.statement] : [];
	});
}
