import {
	mkdirSync,
	mkdtempSync,
	readFileSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Captured, runCaptured } from "../../toolchain/process.ts";
import versions from "../../toolchain/versions.json" with { type: "json" };
import { STACK_LABEL } from "../../topology/labels.ts";
import { parseReport, type SuiteReport } from "./report.ts";
import { type SuiteTarget, type SwitchedOff, suiteConfig } from "./settings.ts";

/** Where the suite is and what it needs to run. */
export interface SuiteOptions {
	/** Path of the executable. */
	readonly executable: string;
	/** Environment of the docker client. */
	readonly env: Readonly<Record<string, string>>;
	/** Folder for this run's reports; what is in it is replaced. */
	readonly results: string;
}

/** A container whose network a run uses, because only from there the registry can be reached. */
export interface NetworkOf {
	readonly container: string;
	readonly stack: string;
}

/**
 * Runs the suite on this machine, against a published front.
 *
 * @throws when it ends without its reports
 */
export async function runSuite(
	target: SuiteTarget,
	off: readonly SwitchedOff[],
	{ executable, results }: SuiteOptions,
): Promise<SuiteReport> {
	mkdirSync(results, { recursive: true });
	return withConfig(suiteConfig(target, off, results), async (file) =>
		readReports(
			results,
			await runCaptured(executable, [], { env: { OCI_CONFIGURATION: file } }),
		),
	);
}

/**
 * Runs the suite in the network of a container.
 *
 * @throws when it ends without its reports
 */
export async function runSuiteInNetwork(
	target: SuiteTarget,
	off: readonly SwitchedOff[],
	network: NetworkOf,
	{ executable, env, results }: SuiteOptions,
): Promise<SuiteReport> {
	const docker = (...args: readonly string[]) =>
		runCaptured("docker", args, { env });
	mkdirSync(results, { recursive: true });
	return withConfig(suiteConfig(target, off, "/results"), async (file) => {
		const created = succeeded(
			await docker(
				"create",
				`--network=container:${network.container}`,
				// What an interrupted run leaves behind goes with the stack.
				`--label=${STACK_LABEL}=${network.stack}`,
				"--env=OCI_CONFIGURATION=/conformance.yaml",
				"--entrypoint=/conformance",
				// The suite is static and would need no image; the estate has this one.
				versions.images.node,
			),
		);
		const id = created.stdout.trim();
		try {
			succeeded(await docker("cp", executable, `${id}:/conformance`));
			succeeded(await docker("cp", file, `${id}:/conformance.yaml`));
			const ran = await docker("start", "--attach", id);
			succeeded(await docker("cp", `${id}:/results/.`, results));
			return readReports(results, ran);
		} finally {
			await docker("rm", "--force", id);
		}
	});
}

// A file of its own, because it holds a password. JSON is YAML.
async function withConfig<T>(
	config: Readonly<Record<string, unknown>>,
	use: (file: string) => Promise<T>,
): Promise<T> {
	const folder = mkdtempSync(join(tmpdir(), "conformance-"));
	try {
		const file = join(folder, "conformance.yaml");
		writeFileSync(file, JSON.stringify(config), { mode: 0o600 });
		return await use(file);
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

/** Lines of the suite's output that an error repeats; its log has one for each failed test. */
const LAST_LINES = 8;

// The suite's exit code is 0 also where it could not begin, so only its reports tell.
function readReports(
	folder: string,
	{ code, stdout, stderr }: Captured,
): SuiteReport {
	const output = stdout + stderr;
	writeFileSync(join(folder, "output.txt"), output);
	try {
		return parseReport(
			readFileSync(join(folder, "junit.xml"), "utf8"),
			readFileSync(join(folder, "results.yaml"), "utf8"),
		);
	} catch (cause) {
		const end = output.trimEnd().split("\n").slice(-LAST_LINES).join("\n");
		throw new Error(
			`the suite ended with exit code ${code} and without its reports:\n${end}`,
			{ cause },
		);
	}
}

function succeeded(result: Captured): Captured {
	if (result.code === 0) return result;
	throw new Error(result.stderr || result.stdout);
}
