import { parseEstate } from "../../stacks/config/parse.ts";
import { compileEstate } from "../../topology/compile.ts";
import type { Estate } from "../../topology/estate.ts";
import { type DockerEngine, ensureEngine } from "../docker-engine.ts";
import { ESTATE_IMAGES, ensureImages } from "../images/images.ts";
import type { StackOptions } from "../main.ts";
import { ensurePlugins } from "../plugins.ts";
import { ensurePulumi } from "../pulumi-cli.ts";
import {
	ensureStack,
	locateStack,
	readEstateConfig,
	type StackLocation,
} from "../stack.ts";

/** A stack that is ready for the Pulumi CLI: everything it needs is on the machine. */
export interface PreparedStack {
	readonly location: StackLocation;
	readonly estate: Estate;
	readonly engine: DockerEngine;
	/** Path of the Pulumi CLI. */
	readonly pulumi: string;
	readonly env: Readonly<Record<string, string>>;
}

/** Reads and checks the stack's configuration, before anything is installed or touched. */
export function describeStack({ stack, configFile }: StackOptions): {
	readonly location: StackLocation;
	readonly estate: Estate;
} {
	const location = locateStack(stack, configFile);
	const file = location.file.slice(location.file.lastIndexOf("/") + 1);
	const spec = parseEstate(readEstateConfig(location), stack, file);
	return { location, estate: compileEstate(spec) };
}

/** Checks the configuration, then sees to engine, images, CLI, plugins and the stack itself. */
export async function prepareStack(
	options: StackOptions,
): Promise<PreparedStack> {
	const described = describeStack(options);
	const engine = await ensureEngine(options);
	await ensureImages(engine.client, ESTATE_IMAGES);
	const { pulumi, env } = await prepareCli(described.location, engine.env);
	return { ...described, engine, pulumi, env };
}

/** Sees to the Pulumi CLI, its plugins and the stack. */
export async function prepareCli(
	location: StackLocation,
	engineEnv: Readonly<Record<string, string>>,
): Promise<Pick<PreparedStack, "pulumi" | "env">> {
	const cli = await ensurePulumi();
	const env = {
		...location.env,
		...engineEnv,
		...(await ensurePlugins(cli)),
		PATH: pathWithNode(),
	};
	await ensureStack(cli.command, location, env);
	return { pulumi: cli.command, env };
}

// The language host runs the `node` it finds first, which must be one that strips types.
function pathWithNode(): string {
	const folder = process.execPath.slice(0, process.execPath.lastIndexOf("/"));
	return `${folder}:${process.env.PATH ?? ""}`;
}
