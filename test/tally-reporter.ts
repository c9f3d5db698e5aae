import {
	existsSync,
	mkdirSync,
	readFileSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Reporter, TestModule } from "vitest/node";
import type { Tally } from "./smoke/checks.ts";

const FILE = join(
	fileURLToPath(new URL("..", import.meta.url)),
	".build",
	"tally.json",
);

/** Counts how the tests of a run ended, for the summary line of the command that started it. */
export default class TallyReporter implements Reporter {
	onInit(): void {
		rmSync(FILE, { force: true });
	}

	onTestRunEnd(modules: readonly TestModule[]): void {
		let passed = 0;
		let failed = 0;
		for (const module of modules) {
			// A file that could not even be loaded has no tests, but is a failure.
			if (module.errors().length > 0) failed += 1;
			for (const test of module.children.allTests()) {
				if (test.result().state === "passed") passed += 1;
				if (test.result().state === "failed") failed += 1;
			}
		}
		mkdirSync(dirname(FILE), { recursive: true });
		writeFileSync(FILE, JSON.stringify({ passed, failed } satisfies Tally));
	}
}

/** The count of the last run; a run that never ended counts as one failure. */
export function readTally(): Tally {
	return existsSync(FILE)
		? JSON.parse(readFileSync(FILE, "utf8"))
		: { passed: 0, failed: 1 };
}
