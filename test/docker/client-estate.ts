import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { runCaptured } from "../../toolchain/process.ts";
import { runningContainer } from "../../toolchain/stack-containers.ts";
import { type IndexLayout, writeIndexLayout } from "../smoke/images.ts";
import type { PullSecret } from "./cri.ts";
import { signAsCi } from "./sign-as-ci.ts";
import {
	docker,
	passwordsOf,
	succeeded,
	type TestStack,
	testStack,
} from "./test-stack.ts";

/** Ports of the test estate's registries by name. */
export const PORTS = {
	sandbox: 5501,
	"ci-tests": 5502,
	"ci-snapshots": 5503,
	prod: 5504,
	archive: 5505,
	"archive-mirror": 5506,
	"prod-eu": 5511,
	"archive-eu": 5512,
	"prod-us": 5521,
	"archive-us": 5522,
} as const;
export type Published = keyof typeof PORTS;

/** Name of the image the Archive keeps for Docker Hub. */
export const ARCHIVED = "library/kept:1";
/** Name of the promoted image. */
export const PROMOTED = "team/app:1.0.0";

/** Where clients are. In eu caches want a login, in us they do not. */
export type Location = "home" | "eu" | "us";

/** An estate with two regions and an Archive that holds one image, which is also promoted to Prod. */
export interface ClientEstate {
	/** The one image there is, under both names. */
	readonly image: IndexLayout;
	/** Its id for clients of this machine's architecture: the digest of its configuration. */
	readonly imageId: string;
	/** The login of Prod's consumers there. */
	consumer(registry: Published): PullSecret;
	/** The paths of what a registry gave away at a front while something was done. */
	served(
		location: Location,
		registry: Published,
		action: () => Promise<unknown>,
	): Promise<readonly string[]>;
}

/** Describes the stack; nothing is started. */
export function clientStack(): TestStack {
	const stack = testStack("clients", PORTS.sandbox);
	const config = parse(readFileSync(stack.configFile, "utf8"));
	const estate = config.config["registry-tiers:estate"];
	estate.tiers = {
		sandbox: { port: PORTS.sandbox, open: true },
		"ci-tests": { port: PORTS["ci-tests"] },
		"ci-snapshots": { port: PORTS["ci-snapshots"] },
		prod: { port: PORTS.prod },
		archive: {
			port: PORTS.archive,
			mirrorPort: PORTS["archive-mirror"],
			anonymousPull: true,
			lists: stack.lists,
		},
	};
	estate.regions = {
		eu: { port: PORTS["prod-eu"], archivePort: PORTS["archive-eu"] },
		us: {
			port: PORTS["prod-us"],
			archivePort: PORTS["archive-us"],
			anonymousPull: true,
		},
	};
	writeFileSync(stack.configFile, stringify(config));
	return stack;
}

/** Brings the stack up and puts the image into Archive and Prod. */
export async function clientEstate(stack: TestStack): Promise<ClientEstate> {
	await stack.npm("down");
	succeeded(await stack.npm("up"));
	const image = await writeIndexLayout();
	const passwords = await passwordsOf(stack);
	const password = (principal: string, registry: Published) =>
		passwords[`${principal}-${registry}`] ?? "";
	const push = async (principal: string, to: Published, name: string) =>
		succeeded(
			await runCaptured("skopeo", [
				"copy",
				"--all",
				"--preserve-digests",
				"--dest-tls-verify=false",
				`--dest-creds=${principal}:${password(principal, to)}`,
				`oci:${image.folder}`,
				`docker://localhost:${PORTS[to]}/${name}`,
			]),
		);
	await push("archiver", "archive", `docker.io/${ARCHIVED}`);
	await push("ci", "ci-snapshots", "team/app:main-1-0a1b2c3");
	const snapshot = `localhost:${PORTS["ci-snapshots"]}/team/app@${image.digest}`;
	await signAsCi(stack, snapshot);
	await promote(stack, image.digest);
	return {
		image,
		imageId: imageIdOf(image),
		consumer: (registry) => ({
			username: "consumer",
			password: password("consumer", registry),
		}),
		async served(location, registry, action) {
			const before = (await requestsAt(stack.name, location)).length;
			await action();
			return (await requestsAt(stack.name, location))
				.slice(before)
				.filter((line) => line.startsWith(`${registry} 200 GET /v2/`))
				.map((line) => line.replace(/^.*GET /, "").replace(/\?.*$/, ""));
		},
	};
}

async function promote(stack: TestStack, digest: string): Promise<void> {
	const [name = "", tag = ""] = PROMOTED.split(":");
	const manifest = stringify({ images: [{ name, dmap: { [digest]: [tag] } }] });
	const folder = join(stack.manifests, "..", "by-hand");
	mkdirSync(folder);
	writeFileSync(join(folder, "app.yaml"), manifest);
	succeeded(await stack.npm("promote", ["run", "--manifests", folder]));
}

const ARCHITECTURES: Readonly<Record<string, string>> = {
	x64: "amd64",
	arm64: "arm64",
};

function imageIdOf({ folder, digest }: IndexLayout): string {
	const blob = (of: string) =>
		JSON.parse(readFileSync(join(folder, "blobs", ...of.split(":")), "utf8"));
	const own = blob(digest).manifests.find(
		({ platform }: { platform: { architecture: string } }) =>
			platform.architecture === ARCHITECTURES[process.arch],
	);
	return blob(own.digest).config.digest;
}

/** Requests a front has answered so far, as `registry status method uri`. */
async function requestsAt(
	stack: string,
	location: Location,
): Promise<readonly string[]> {
	const { Id } = await runningContainer(
		docker,
		stack,
		`${location}-front-server`,
	);
	const { stdout } = succeeded(await runCaptured("docker", ["logs", Id]));
	return stdout
		.split("\n")
		.filter((line) => line.startsWith("{"))
		.map((line) => JSON.parse(line))
		.map(({ registry, status, method, uri }) =>
			[registry, status, method, uri].join(" "),
		);
}
