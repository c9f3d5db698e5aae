import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import {
	type ClientConfig,
	clientConfig,
} from "../../topology/client-config/client-config.ts";
import type { StackOptions } from "../main.ts";
import { UserError } from "../process.ts";
import { describeStack } from "./prepare.ts";

export interface ClientsOptions extends StackOptions {
	/** `home` or a region. @default - all */
	readonly location?: string;
	/** Folder the files are written to, one folder in it for each location. @default - nothing is written */
	readonly to?: string;
	/** Also replaces files that say something else. */
	readonly force?: boolean;
	/** Prints the files themselves, by location and path. */
	readonly json?: boolean;
}

/** `npm run clients`: what clients of each location need so that they pull through the estate. */
export async function clients(options: ClientsOptions): Promise<number> {
	const { estate } = describeStack(options);
	const configs = configsOf(clientConfig(estate), options.location);
	if (options.to !== undefined) {
		writeClientFiles(configs, options.to, { force: options.force ?? false });
	}
	console.log(
		options.json
			? JSON.stringify(configs, null, 2)
			: configs.map(listing).join("\n\n"),
	);
	return 0;
}

function configsOf(
	all: readonly ClientConfig[],
	location: string | undefined,
): readonly ClientConfig[] {
	if (location === undefined) return all;
	const found = all.filter((config) => config.location === location);
	if (found.length > 0) return found;
	throw new UserError(
		`--location: no such location, got ${location}; expected one of: ${all.map((config) => config.location).join(", ")}`,
	);
}

/**
 * Writes each file to `folder/<location>/<path below /etc>`: all of them or none.
 *
 * @throws {UserError} when a file is there that says something else, unless forced
 */
export function writeClientFiles(
	configs: readonly ClientConfig[],
	folder: string,
	{ force }: { readonly force: boolean },
): void {
	const files = configs.flatMap(({ location, files }) =>
		files.map(({ path, text }) => ({
			target: join(folder, location, path),
			text,
		})),
	);
	const other = files.filter(
		({ target, text }) =>
			existsSync(target) && readFileSync(target, "utf8") !== text,
	);
	if (other.length > 0 && !force) {
		throw new UserError(
			`--to: files are there already and say something else:\n${other.map(({ target }) => `  ${target}`).join("\n")}\nFix: choose another folder, or replace them with --force`,
		);
	}
	for (const { target, text } of files) {
		mkdirSync(dirname(target), { recursive: true });
		writeFileSync(target, text);
	}
}

function listing({ location, files, unsupported }: ClientConfig): string {
	return [
		location,
		...files.map(({ path, purpose }) => `  /etc/${path}\n    ${purpose}`),
		...unsupported.map((reason) => `  ${reason}`),
	].join("\n");
}
