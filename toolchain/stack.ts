import { randomBytes } from "node:crypto";
import {
	existsSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	renameSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse, parseDocument } from "yaml";
import { IMAGES_KEY } from "../stacks/config/parse.ts";
import type { PlatformKind } from "../topology/estate.ts";
import type { EstateImageNames } from "../topology/kubernetes-spec.ts";
import { stateFolder } from "./folders.mjs";
import { runCaptured, UserError } from "./process.ts";

/** Root of the checkout. */
export const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** Where the Pulumi CLI runs for a stack, and with what environment. */
export interface StackLocation {
	readonly stack: string;
	/** The stack's configuration as the user edits it. */
	readonly file: string;
	/** Folder the CLI runs in. */
	readonly cwd: string;
	readonly env: Readonly<Record<string, string>>;
	/** State and passphrase are this user's own, on this machine. */
	readonly local: boolean;
}

/** What turns a user's own backend on. With any of these set, the CLI is left as the user set it up. */
const OWN_BACKEND = ["PULUMI_BACKEND_URL", "PULUMI_ACCESS_TOKEN"] as const;

/**
 * Where a stack's state is. Unless the user names a backend, it is a folder of this user, opened by
 * a generated passphrase: `dev` needs no account.
 *
 * @param file the stack's configuration; by default `Pulumi.<stack>.yaml` in the checkout
 * @throws {UserError} when the configuration file does not exist
 */
export function locateStack(
	stack: string,
	file = join(ROOT, `Pulumi.${stack}.yaml`),
): StackLocation {
	if (!existsSync(file)) {
		throw new UserError(
			`no configuration for the stack '${stack}': ${file} does not exist. Fix: write it as Pulumi.dev.yaml is, or choose another stack with --stack`,
		);
	}
	if (OWN_BACKEND.some((name) => process.env[name])) {
		return { stack, file, cwd: ROOT, env: BASE_ENV, local: false };
	}
	return {
		stack,
		file,
		cwd: workFolder(stack, file),
		env: { ...BASE_ENV, ...localBackend() },
		local: true,
	};
}

const BASE_ENV = {
	PULUMI_SKIP_UPDATE_CHECK: "true",
	// An Output in a string is then an error instead of a text in a configuration file.
	PULUMI_ERROR_OUTPUT_STRING: "true",
};

function localBackend(): Readonly<Record<string, string>> {
	const backend = join(stateFolder(), "state");
	mkdirSync(backend, { recursive: true, mode: 0o700 });
	const ownPassphrase =
		process.env.PULUMI_CONFIG_PASSPHRASE !== undefined ||
		process.env.PULUMI_CONFIG_PASSPHRASE_FILE !== undefined;
	return {
		PULUMI_BACKEND_URL: `file://${backend}`,
		...(!ownPassphrase && { PULUMI_CONFIG_PASSPHRASE_FILE: passphraseFile() }),
	};
}

function passphraseFile(): string {
	const file = join(stateFolder(), "passphrase");
	if (!existsSync(file)) {
		writeFileSync(file, randomBytes(24).toString("base64url"), { mode: 0o600 });
	}
	return file;
}

/**
 * A folder for the CLI with copies of the project's and the stack's file. The CLI writes the salt of
 * the passphrase into the stack file: it belongs to this user's state, not into the checkout.
 */
function workFolder(stack: string, file: string): string {
	const folder = join(stateFolder(), "work", stack);
	mkdirSync(folder, { recursive: true, mode: 0o700 });
	const project = readFileSync(join(ROOT, "Pulumi.yaml"), "utf8");
	replaceFile(
		join(folder, "Pulumi.yaml"),
		project.replace(
			/^main: .*$/m,
			`main: ${JSON.stringify(join(ROOT, "stacks/index.ts"))}`,
		),
	);
	const copy = join(folder, `Pulumi.${stack}.yaml`);
	const before = existsSync(copy) ? readFileSync(copy, "utf8") : "";
	const salt = saltLine(before);
	const config = readFileSync(file, "utf8").replace(SALT, "");
	const salted = salt ? `${config.trimEnd()}\n${salt}\n` : config;
	const images = IMAGES.test(before) && parse(before)?.config?.[IMAGES_NAME];
	replaceFile(copy, images ? withImages(salted, images) : salted);
	return folder;
}

/**
 * Notes which images were brought to the cluster, in the CLI's own copy of the stack's file.
 */
export function noteImages(
	{ cwd, stack, local }: StackLocation,
	images: EstateImageNames,
): void {
	if (!local) {
		throw new UserError(
			`the stack '${stack}' has a backend of its own, so the images it runs on have to be in its configuration. Fix: name them under estate.kubernetes.images`,
		);
	}
	const file = join(cwd, `Pulumi.${stack}.yaml`);
	replaceFile(file, withImages(readFileSync(file, "utf8"), images));
}

function withImages(text: string, images: EstateImageNames): string {
	const document = parseDocument(text);
	document.setIn(["config", IMAGES_NAME], images);
	return document.toString({ lineWidth: 0 });
}

const IMAGES_NAME = `registry-tiers:${IMAGES_KEY}`;
const IMAGES = new RegExp(`^ *${IMAGES_NAME}:`, "m");

const SALT = /^encryptionsalt: .*$\n?/m;
const saltLine = (text: string) => SALT.exec(text)?.[0].trim();

function replaceFile(file: string, content: string): void {
	writeFileSync(`${file}.new`, content, { mode: 0o600 });
	renameSync(`${file}.new`, file);
}

/** The value of `registry-tiers:estate` in a stack's file, as plain data. */
export function readEstateConfig({ file }: StackLocation): unknown {
	return readStackConfig(file)["registry-tiers:estate"];
}

/**
 * The `config` of a stack's file, as plain data.
 *
 * @throws {UserError} when the file is not YAML
 */
export function readStackConfig(
	file: string,
): Readonly<Record<string, unknown>> {
	const name = file.slice(file.lastIndexOf("/") + 1);
	let document: { config?: Record<string, unknown> } | null;
	try {
		document = parse(readFileSync(file, "utf8"));
	} catch (error) {
		throw new UserError(
			`${name} is not YAML: ${error instanceof Error ? error.message.trim() : error}`,
		);
	}
	return document?.config ?? {};
}

/** Where a stack runs, as far as its configuration says it; mistakes in it are for others to find. */
export function platformOf(location: StackLocation): PlatformKind {
	const raw = readEstateConfig(location);
	const isKubernetes =
		typeof raw === "object" &&
		raw !== null &&
		"platform" in raw &&
		raw.platform === "kubernetes";
	return isKubernetes ? "kubernetes" : "docker";
}

/** Name of the Pulumi project. */
const PROJECT = "registry-tiers";

/** Whether the local state already has the stack. */
export function existsLocally({ env, stack }: StackLocation): boolean {
	const backend = env.PULUMI_BACKEND_URL?.replace("file://", "") ?? "";
	return existsSync(
		join(backend, ".pulumi", "stacks", PROJECT, `${stack}.json`),
	);
}

/** Whether a run holds the stack in the local state, or died while it did. */
export function isLocked({ env, stack }: StackLocation): boolean {
	const backend = env.PULUMI_BACKEND_URL?.replace("file://", "") ?? "";
	const locks = join(
		backend,
		".pulumi",
		"locks",
		"organization",
		PROJECT,
		stack,
	);
	return existsSync(locks) && readdirSync(locks).length > 0;
}

/** Creates the stack in its backend if it is not there yet. */
export async function ensureStack(
	pulumi: string,
	location: StackLocation,
	env: Readonly<Record<string, string>>,
): Promise<void> {
	if (location.local && existsLocally(location)) return;
	const args = location.local
		? ["stack", "init", location.stack, "--no-select"]
		: ["stack", "select", location.stack, "--create"];
	const { code, stderr } = await runCaptured(
		pulumi,
		[...args, "--non-interactive"],
		{ cwd: location.cwd, env },
	);
	if (code !== 0) {
		throw new UserError(
			`cannot create the stack '${location.stack}': ${stderr.trim()}`,
		);
	}
}
