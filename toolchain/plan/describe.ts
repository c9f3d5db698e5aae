import { existsSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import {
	type DescribeAnswer,
	type DescribeRequest,
	FORM,
	type StackDescription,
	type StackSource,
} from "../../stacks/offline/description.ts";
import { runCaptured } from "../process.ts";
import { ROOT, readStackConfig } from "../stack.ts";

/** A folder with the project in it, and which of its stacks to describe from which files. */
export interface CheckoutStacks {
	readonly root: string;
	/** Configuration files by stack. */
	readonly files: ReadonlyMap<string, string>;
}

/** The stacks of a checkout, by its files. */
export function stacksIn(root: string): ReadonlyMap<string, string> {
	const names = readdirSync(root).flatMap((file) => {
		const stack = /^Pulumi\.([a-z0-9-]+)\.yaml$/.exec(file)?.[1];
		return stack === undefined ? [] : [stack];
	});
	return new Map(
		names.sort().map((stack) => [stack, join(root, `Pulumi.${stack}.yaml`)]),
	);
}

/** What a checkout says about its stacks; a text where it cannot say anything. */
export type Described = ReadonlyMap<string, StackDescription> | string;

/** Lets checkouts describe their stacks, each by its own code. */
export async function describeCheckouts(
	checkouts: readonly CheckoutStacks[],
): Promise<readonly Described[]> {
	const request: DescribeRequest = {
		checkouts: checkouts.map(({ root, files }) => ({
			root,
			stacks: [...files]
				.filter(([, file]) => existsSync(file))
				.map(
					([stack, file]): StackSource => ({
						stack,
						file: basename(file),
						config: readStackConfig(file),
					}),
				),
		})),
	};
	const { code, stdout, stderr } = await runCaptured(
		process.execPath,
		// Garbage is most of what it holds otherwise: half a second of looking for it saves 100 MiB.
		["--max-semi-space-size=2", "--max-old-space-size=200", DESCRIBE],
		{ cwd: ROOT, env: ENV, input: JSON.stringify(request) },
	);
	if (code !== 0) {
		throw new Error(`the description of the stacks failed: ${stderr.trim()}`);
	}
	return (JSON.parse(stdout) as DescribeAnswer).map((answer): Described => {
		if ("problem" in answer) return answer.problem;
		const other = answer.stacks.find(({ form }) => form !== FORM);
		if (other) return `its description has form ${other.form}, not ${FORM}`;
		return new Map(answer.stacks.map((stack) => [stack.stack, stack]));
	});
}

const DESCRIBE = join(ROOT, "stacks/offline/main.ts");

// An Output in a string is then an error, as it is in `up`.
const ENV = { PULUMI_ERROR_OUTPUT_STRING: "true" };
