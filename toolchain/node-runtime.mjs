// Plain JavaScript, because it decides which Node runs everything else.
import { spawnSync } from "node:child_process";
import {
	existsSync,
	mkdirSync,
	mkdtempSync,
	readFileSync,
	renameSync,
	rmSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { downloadArchive, UnavailableError } from "./download.mjs";
import { cacheFolder } from "./folders.mjs";

/** @type {{ node: string }} */
const versions = JSON.parse(
	readFileSync(new URL("versions.json", import.meta.url), "utf8"),
);

// The lowest releases @sigstore/verify runs on. undici needs no higher ones, and they strip types without
// a flag. The lines between are out of support.
const LOWEST = [
	{ major: 22, minor: 22, patch: 2 },
	{ major: 24, minor: 15, patch: 0 },
];
/** From this line on, every release will do. */
const NEXT_MAJOR = 26;

/**
 * Whether this version of Node runs the project's TypeScript by itself.
 * @param {string} version e.g. `v24.21.0`
 */
export function runsTypeScript(version) {
	const [major = 0, minor = 0, patch = 0] = version
		.replace(/^v/, "")
		.split(".")
		.map(Number);
	if (major >= NEXT_MAJOR) return true;
	const lowest = LOWEST.find((line) => line.major === major);
	if (!lowest) return false;
	return (
		minor > lowest.minor || (minor === lowest.minor && patch >= lowest.patch)
	);
}

/**
 * Path of a Node that runs the project: this one when it is new enough, else the pinned one.
 * @returns {Promise<string>}
 * @throws {Error} when none can be had, with what to install
 */
export async function ensureNode() {
	return runsTypeScript(process.version) ? process.execPath : pinnedNode();
}

/**
 * Path of the Node of the pinned version: this one when it is just that, else from the cache, the
 * official download or the npm registry, in this order.
 * @returns {Promise<string>}
 * @throws {Error} when it cannot be had, with what to install
 */
export async function pinnedNode() {
	if (process.version === `v${versions.node}`) return process.execPath;
	const folder = join(cacheFolder(), `node-${versions.node}`);
	const node = join(folder, "bin", "node");
	if (existsSync(node)) return node;
	console.error(
		`  this is Node ${process.version}: getting Node ${versions.node} into ${folder}`,
	);
	await getNode(folder);
	return node;
}

/** @param {string} folder */
async function getNode(folder) {
	const platform = `${process.platform}-${process.arch}`;
	const name = `node-v${versions.node}-${platform}`;
	const site = `https://nodejs.org/dist/v${versions.node}`;
	try {
		await downloadArchive({
			url: `${site}/${name}.tar.gz`,
			checksums: `${site}/SHASUMS256.txt`,
			folder,
			stripComponents: 1,
		});
	} catch (error) {
		// A wrong checksum is final: only an unreachable site leads to the next source.
		if (!(error instanceof UnavailableError)) throw error;
		getFromNpm(folder, `node-${platform}@${versions.node}`);
	}
}

// The npm packages node-<platform>-<arch> hold the official binaries and have no install scripts.
/**
 * @param {string} folder
 * @param {string} spec
 */
function getFromNpm(folder, spec) {
	mkdirSync(dirname(folder), { recursive: true });
	const scratch = mkdtempSync(`${folder}.`);
	try {
		const { status, stderr } = spawnSync(
			"npm",
			[
				"install",
				"--prefix",
				scratch,
				"--ignore-scripts",
				"--no-audit",
				"--no-fund",
				spec,
			],
			{ encoding: "utf8", shell: process.platform === "win32" },
		);
		if (status !== 0) {
			throw new Error(
				`Node 22.22.2, 24.15, 26 or newer is needed, this is ${process.version}, and neither nodejs.org nor the npm package ${spec} could be had. Fix: install Node ${versions.node} (https://nodejs.org/en/download).\n${stderr}`,
			);
		}
		renameSync(
			join(scratch, "node_modules", spec.replace(/@[^@]*$/, "")),
			folder,
		);
	} finally {
		rmSync(scratch, { recursive: true, force: true });
	}
}
