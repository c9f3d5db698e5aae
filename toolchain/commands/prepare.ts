import { parseEstate } from "../../stacks/config/parse.ts";
import type { Problem } from "../../stacks/config/problem.ts";
import { compileEstate } from "../../topology/compile.ts";
import type { Estate } from "../../topology/estate.ts";
import { type DockerEngine, ensureEngine } from "../docker-engine.ts";
import { isOwnCluster, loadEstateImages } from "../estate-images.ts";
import { ESTATE_IMAGES, ensureImages } from "../images/images.ts";
import { checkCluster } from "../kubernetes/check-cluster.ts";
import { checkPolicies } from "../kubernetes/check-policies.ts";
import { needsOf } from "../kubernetes/stack-needs.ts";
import type { StackOptions } from "../main.ts";
import { ensurePlugins } from "../plugins.ts";
import { UserError } from "../process.ts";
import { ensurePulumi } from "../pulumi-cli.ts";
import {
	ensureStack,
	locateStack,
	noteImages,
	platformOf,
	readEstateConfig,
	type StackLocation,
} from "../stack.ts";

/** A stack that is ready for the Pulumi CLI: everything it needs is on the machine. */
export interface PreparedStack {
	readonly location: StackLocation;
	readonly estate: Estate;
	/** Where the estate runs on Docker. */
	readonly engine?: DockerEngine;
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

/**
 * The same for a command that works on containers.
 *
 * @param what the command, for the message
 * @throws {UserError} for an estate on Kubernetes, with what to do there
 */
export function describeDockerStack(
	options: StackOptions,
	what: string,
	remedy: string,
): ReturnType<typeof describeStack> {
	const described = describeStack(options);
	if (described.estate.platform === "docker") return described;
	throw new UserError(
		`\`npm run ${what}\` works on containers, and the stack '${options.stack}' is on Kubernetes. Fix: ${remedy}`,
	);
}

/** Checks the configuration, then sees to engine or cluster, images, CLI, plugins and the stack itself. */
export async function prepareStack(
	options: StackOptions,
): Promise<PreparedStack> {
	const described = describeStack(options);
	return described.estate.kubernetes
		? prepareOnCluster(options, described)
		: prepareOnDocker(options);
}

/** The same for a stack on Docker alone. */
export async function prepareOnDocker(
	options: StackOptions,
): Promise<DockerStack> {
	const described = describeStack(options);
	const engine = await ensureEngine(options);
	await ensureImages(engine.client, ESTATE_IMAGES);
	const { pulumi, env } = await prepareCli(described.location, engine.env);
	return { ...described, engine, pulumi, env };
}

/** A stack whose containers are on an engine. */
export type DockerStack = PreparedStack &
	Required<Pick<PreparedStack, "engine">>;

async function prepareOnCluster(
	options: StackOptions,
	described: ReturnType<typeof describeStack>,
): Promise<PreparedStack> {
	const { location, estate } = described;
	const spec = estate.kubernetes;
	if (!spec) throw new Error("a stack on Kubernetes says on which cluster");
	refuse(location, await checkCluster(needsOf(estate, spec)));
	let { images } = spec;
	if (!images && isOwnCluster(spec)) {
		const engine = await ensureEngine(options);
		images = await loadEstateImages(engine.client, engine.env);
		noteImages(location, images);
	}
	if (images) {
		const { services: image } = images;
		refuse(location, await checkPolicies({ cluster: spec, image }));
	}
	return { ...described, ...(await prepareCli(location, {})) };
}

/** @throws {UserError} with all problems at once, where there are any */
function refuse({ file }: StackLocation, problems: readonly Problem[]): void {
	if (problems.length === 0) return;
	const name = file.slice(file.lastIndexOf("/") + 1);
	const lines = problems.map(
		({ path, message }) => `  ${name}:registry-tiers:${path}: ${message}`,
	);
	throw new UserError(
		`the cluster is not ready for the stack:\n${lines.join("\n")}`,
	);
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
		...(await ensurePlugins(cli, platformOf(location))),
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
