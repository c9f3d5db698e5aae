import { existsSync } from "node:fs";
import { join } from "node:path";
import { json } from "node:stream/consumers";
import { pathToFileURL } from "node:url";
import type { DescribeAnswer, DescribeRequest } from "./description.ts";

// Every checkout describes itself by its own code. They share a process, since most of the time goes into
// loading Pulumi, which both have in common.
const { checkouts } = (await json(process.stdin)) as DescribeRequest;
const answer: DescribeAnswer[number][] = [];
for (const { root, stacks } of checkouts) {
	const module = join(root, "stacks/offline/describe.ts");
	try {
		if (!existsSync(module)) throw new Error("it is older than `npm run plan`");
		const { describeStacks } = await import(pathToFileURL(module).href);
		answer.push({ stacks: await describeStacks(stacks) });
	} catch (error) {
		answer.push({
			problem: error instanceof Error ? error.message : String(error),
		});
	}
}
process.stdout.write(JSON.stringify(answer satisfies DescribeAnswer));
