import { readFile } from "node:fs/promises";
import { z } from "zod";
import { PRINCIPALS, VERBS } from "../../topology/access.ts";
import type {
	GateAccount,
	GateConfig,
	GateKeys,
} from "../../topology/gate-config.ts";
import { anchored } from "../../topology/naming.ts";
import { SEED_BYTES } from "../../topology/signing-key.ts";
import { identitySchema } from "./federation/identity-schema.ts";

/** Where the three files of a gate are. */
export interface GatePaths {
	readonly config: string;
	readonly keys: string;
	readonly accounts: string;
}

/** What the three files say, checked against each other. */
export interface GateFiles {
	readonly config: GateConfig;
	readonly keys: GateKeys;
	readonly accounts: readonly GateAccount[];
}

/** Everything that is wrong with the files of a gate, one problem a line. Never quotes a secret. */
export class GateFilesError extends Error {
	constructor(problems: readonly string[]) {
		super(
			`the gate cannot start:\n${problems.map((p) => `  ${p}`).join("\n")}`,
		);
		this.name = "GateFilesError";
	}
}

const pattern = z.string().refine(compiles, "expected a regular expression");
const principal = z.enum(PRINCIPALS);

const gateConfig = z.strictObject({
	// Clients take less than a minute for a mistake (distribution's token specification).
	tokenLifetimeSeconds: z.int().min(60).max(300),
	registries: z
		.array(
			z.strictObject({
				name: z.string().min(1),
				service: z.string().min(1),
				issuer: z.string().min(1),
				url: z.string().regex(/^https?:\/\/[^/?#@]+$/, {
					error: "expected http(s)://host[:port] without path or credentials",
				}),
				naming: z.strictObject({
					names: z.array(pattern).min(1),
					tags: z.array(pattern).min(1),
					fallbackTags: z.boolean(),
					nameHelp: z.string(),
					tagHelp: z.string(),
				}),
				createOnlyTags: z.boolean(),
				readOnlyReason: z.string().min(1).exactOptional(),
				requiredLabels: z.array(z.string().min(1)),
				grants: z.partialRecord(principal, z.array(z.enum(VERBS))),
				catalog: z.array(principal),
			}),
		)
		.min(1),
	identities: z.array(identitySchema).exactOptional(),
}) satisfies z.ZodType<GateConfig>;

const gateKeys = z.record(
	z.string(),
	z.strictObject({
		seed: z.base64().refine((seed) => byteLength(seed) === SEED_BYTES, {
			error: `expected ${SEED_BYTES} bytes in base64`,
		}),
	}),
) satisfies z.ZodType<GateKeys>;

const gateAccounts = z.array(
	z.strictObject({
		principal: principal.exclude(["anonymous"]),
		registry: z.string(),
		salt: z.hex().min(32, "expected at least 16 bytes in hexadecimal digits"),
		sha256: z.hex().length(64, "expected 64 hexadecimal digits"),
	}),
) satisfies z.ZodType<readonly GateAccount[]>;

/**
 * Reads the files of a gate.
 *
 * @throws {GateFilesError} with all problems of all three files
 */
export async function loadGateFiles(paths: GatePaths): Promise<GateFiles> {
	const problems: string[] = [];
	const config = await load(paths.config, gateConfig, problems);
	const keys = await load(paths.keys, gateKeys, problems);
	const accounts = await load(paths.accounts, gateAccounts, problems);
	if (!config || !keys || !accounts) throw new GateFilesError(problems);
	problems.push(...contradictions(paths, { config, keys, accounts }));
	if (problems.length > 0) throw new GateFilesError(problems);
	return { config, keys, accounts };
}

async function load<T extends z.ZodType>(
	path: string,
	schema: T,
	problems: string[],
): Promise<z.infer<T> | undefined> {
	const json = await readJson(path, problems);
	if (json === undefined) return undefined;
	const parsed = schema.safeParse(json);
	if (parsed.success) return parsed.data;
	for (const { path: keys, message } of parsed.error.issues) {
		problems.push(`${path} ${keys.join(".")}: ${message}`);
	}
	return undefined;
}

async function readJson(path: string, problems: string[]): Promise<unknown> {
	let text: string;
	try {
		text = await readFile(path, "utf8");
	} catch (error) {
		problems.push(`${path}: ${(error as NodeJS.ErrnoException).code}`);
		return undefined;
	}
	try {
		return JSON.parse(text);
	} catch {
		// The parser's message quotes the file, which may hold secrets.
		problems.push(`${path}: expected JSON`);
		return undefined;
	}
}

function contradictions(
	paths: GatePaths,
	{ config, keys, accounts }: GateFiles,
): string[] {
	const names = config.registries.map(({ name }) => name);
	const known = names.join(", ");
	// A token of one registry must never be one of another.
	const shared = (["name", "service", "issuer"] as const).flatMap((field) =>
		repeated(config.registries.map((registry) => registry[field])).map(
			(value) =>
				`${paths.config}: ${field} '${value}' is there twice: expected one of its own for each registry`,
		),
	);
	return [
		...shared,
		...names
			.filter((name) => !Object.hasOwn(keys, name))
			.map((name) => `${paths.keys}: no key for registry '${name}'`),
		...Object.keys(keys)
			.filter((name) => !names.includes(name))
			.map((name) => `${paths.keys} ${name}: expected one of ${known}`),
		...accounts.flatMap(({ registry }, i) =>
			names.includes(registry)
				? []
				: [
						`${paths.accounts} ${i}.registry: '${registry}', expected one of ${known}`,
					],
		),
	];
}

function repeated(values: readonly string[]): string[] {
	return [...new Set(values.filter((v, i) => values.indexOf(v) !== i))];
}

function compiles(text: string): boolean {
	try {
		anchored(text);
		return true;
	} catch {
		return false;
	}
}

function byteLength(base64: string): number {
	return Buffer.from(base64, "base64").length;
}
