import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureCosign } from "../../toolchain/client-programs.ts";
import { type Captured, runCaptured } from "../../toolchain/process.ts";
import { succeeded } from "./clients.ts";

/** An account at the registry that signatures are pushed to or read from. */
export interface CosignAccount {
	readonly username: string;
	readonly password: string;
}

/** `cosign` with a key of its own. Images are named by digest: `localhost:5103/team/app@sha256:…`. */
export interface Cosign {
	/** Attaches a signed SBOM. */
	attestSbom(image: string, account: CosignAccount): Promise<void>;
	sign(image: string, account: CosignAccount): Promise<void>;
	/** Checks a signature with the public half of a key, in PEM. */
	verify(
		image: string,
		publicKey: string,
		account?: CosignAccount,
	): Promise<Captured>;
	/** Checks an attestation of a predicate type with the public half of a key, in PEM. */
	verifyAttestation(
		image: string,
		publicKey: string,
		type: string,
		account?: CosignAccount,
	): Promise<Captured>;
	dispose(): void;
}

// Without these, cosign asks Sigstore's public instance where to log what it signs.
const OFFLINE = ["--use-signing-config=false", "--tlog-upload=false"];

/** Where cosign runs, and what it has to be told of the registries. */
export interface CosignPlace {
	/** @default - on this machine, as it is */
	readonly run?: typeof runCaptured;
	/** Flags of each command that speaks to a registry. @default - none */
	readonly flags?: readonly string[];
}

/** @param privateKey PKCS #8 in PEM, as `npm run signing-key` prints it */
export async function cosignWith(
	privateKey: string,
	{ run: runThere = runCaptured, flags = [] }: CosignPlace = {},
): Promise<Cosign> {
	const command = await ensureCosign();
	const folder = mkdtempSync(join(tmpdir(), "cosign-"));
	const env = { HOME: folder, COSIGN_PASSWORD: "", COSIGN_YES: "true" };
	const run = (...args: readonly string[]) =>
		runThere(command, args, { cwd: folder, env });
	const file = (name: string, content: string) => {
		writeFileSync(join(folder, name), content, { mode: 0o600 });
		return name;
	};
	const verifying = (publicKey: string, account?: CosignAccount) => [
		"--key",
		file(`${process.hrtime.bigint()}.pub`, publicKey),
		"--insecure-ignore-tlog",
		...flags,
		...(account ? accountFlags(account) : []),
	];
	succeeded(
		await run(
			"import-key-pair",
			"--key",
			file("ci.pem", privateKey),
			"--output-key-prefix",
			"ci",
		),
	);
	return {
		attestSbom: async (image, account) => {
			const sbom = file("sbom.json", spdxOf(image));
			succeeded(
				await run(
					"attest",
					"--key=ci.key",
					...OFFLINE,
					...flags,
					"--type=spdxjson",
					`--predicate=${sbom}`,
					...accountFlags(account),
					image,
				),
			);
		},
		sign: async (image, account) => {
			succeeded(
				await run(
					"sign",
					"--key=ci.key",
					...OFFLINE,
					...flags,
					...accountFlags(account),
					image,
				),
			);
		},
		verify: (image, publicKey, account) =>
			run("verify", ...verifying(publicKey, account), image),
		verifyAttestation: (image, publicKey, type, account) =>
			run(
				"verify-attestation",
				...verifying(publicKey, account),
				`--type=${type}`,
				image,
			),
		dispose: () => rmSync(folder, { recursive: true, force: true }),
	};
}

const accountFlags = ({ username, password }: CosignAccount) => [
	`--registry-username=${username}`,
	`--registry-password=${password}`,
];

/** The smallest SPDX document that says what an image is. */
function spdxOf(image: string): string {
	const [name = "", digest = ""] = image.split("@");
	return JSON.stringify({
		spdxVersion: "SPDX-2.3",
		dataLicense: "CC0-1.0",
		SPDXID: "SPDXRef-DOCUMENT",
		name,
		documentNamespace: `https://example.com/${digest.replace(":", "/")}`,
		creationInfo: {
			created: "2026-01-01T00:00:00Z",
			creators: ["Tool: registry-tiers-smoke"],
		},
		packages: [
			{
				SPDXID: "SPDXRef-Image",
				name,
				versionInfo: digest,
				downloadLocation: "NOASSERTION",
			},
		],
	});
}
