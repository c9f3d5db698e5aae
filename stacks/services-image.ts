import { createHash } from "node:crypto";
import {
	mkdirSync,
	readdirSync,
	readFileSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";
import versions from "../toolchain/versions.json" with { type: "json" };

/** A folder Docker can build the services' image from, and a tag that changes with its contents. */
export interface ServicesContext {
	/** Relative to the Pulumi program, as the docker provider wants it. */
	readonly context: string;
	readonly tag: string;
}

const HERE = fileURLToPath(new URL(".", import.meta.url));
const ROOT = join(HERE, "..");

/** The programs of the image, by the name of the file each becomes. */
const PROGRAMS = {
	gate: "services/gate/main.ts",
	jobs: "services/jobs/main.ts",
};

/**
 * Bundles the services into one file each and writes the Dockerfile beside them.
 *
 * It happens in the program, not in an npm script, so that `pulumi up` with any CLI always deploys
 * the services as they are in the checkout.
 */
export function servicesContext(): ServicesContext {
	made ??= makeContext();
	return made;
}

// A program is over before the checkout changes; a plan asks for each of its stacks.
let made: ServicesContext | undefined;

function makeContext(): ServicesContext {
	const folder = join(ROOT, ".build", "services");
	rmSync(folder, { recursive: true, force: true });
	mkdirSync(folder, { recursive: true });
	bundleServices(folder);
	writeFileSync(join(folder, "Dockerfile"), DOCKERFILE);
	return { context: relative(HERE, folder), tag: contentHash(folder) };
}

/** Bundles each of the services into one file of the folder: `gate.mjs`, `jobs.mjs`. */
export function bundleServices(folder: string): void {
	buildSync({
		absWorkingDir: ROOT,
		entryPoints: PROGRAMS,
		outdir: folder,
		outExtension: { ".js": ".mjs" },
		bundle: true,
		platform: "node",
		format: "esm",
		// Where packages are linked from changes nothing of what is in the image.
		preserveSymlinks: true,
		target: `node${versions.node.split(".")[0]}`,
		// Some dependencies are CommonJS and ask for Node's own modules by `require`.
		banner: {
			js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
		},
		legalComments: "none",
		logLevel: "error",
	});
}

const DOCKERFILE = `FROM ${versions.images.node}
COPY *.mjs /app/
ENTRYPOINT ["node"]
`;

function contentHash(folder: string): string {
	const hash = createHash("sha256");
	for (const name of readdirSync(folder).sort()) {
		hash.update(`${name}\0`).update(readFileSync(join(folder, name)));
	}
	return hash.digest("hex").slice(0, 16);
}
