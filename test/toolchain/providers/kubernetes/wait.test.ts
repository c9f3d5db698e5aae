import { describe, expect, test } from "vitest";
import {
	ApiError,
	UnreachableError,
} from "../../../../toolchain/providers/kubernetes/api-error.ts";
import type { Awaiter } from "../../../../toolchain/providers/kubernetes/awaits/awaiters.ts";
import {
	failed,
	READY,
	type Verdict,
	waiting,
} from "../../../../toolchain/providers/kubernetes/awaits/verdict.ts";
import {
	untilGone,
	untilReady,
} from "../../../../toolchain/providers/kubernetes/awaits/wait.ts";
import type { PropertyMap } from "../../../../toolchain/providers/values.ts";

const away = new UnreachableError("no Kubernetes API server answers");
const gone = new ApiError(404, { message: "not found" });

/** Waits while the object is in these conditions, one after the other, then in the last. */
function world(
	conditions: readonly (Verdict | Error)[],
	{ timeoutSeconds = 60, problems = async (): Promise<string[]> => [] } = {},
) {
	const shown: string[] = [];
	const cancellation = new AbortController();
	let looks = 0;
	const next = () => conditions[Math.min(looks++, conditions.length - 1)];
	const awaiter: Awaiter = {
		timeoutSeconds: 60,
		judge: () => {
			const condition = next();
			if (condition instanceof Error) throw condition;
			return condition ?? READY;
		},
		problems,
	};
	const run = () =>
		untilReady(awaiter, {
			read: async () => ({ kind: "Deployment" }),
			look: { list: async () => [], get: async () => undefined },
			timeoutSeconds,
			signal: cancellation.signal,
			status: (message) => {
				shown.push(message);
			},
		});
	return { run, shown, cancellation };
}

describe("waiting until an object is ready", () => {
	test("ends with it, shows how far it is, and clears that", async () => {
		const { run, shown } = world([waiting("0 of 1"), READY]);
		await run();
		expect(shown).toEqual(["0 of 1", ""]);
	});

	test("outlasts an API server that is away for a moment", async () => {
		const { run, shown } = world([away, READY]);
		await run();
		expect(shown).toEqual(["no Kubernetes API server answers", ""]);
	});

	test("ends at once when it has failed, with what stands in the way", async () => {
		const problems = async () => ["pod a: Error, exit code 3"];
		await expect(
			world([failed("too often")], { problems }).run(),
		).rejects.toThrow(
			new Error("failed: too often\n  pod a: Error, exit code 3"),
		);
	});

	test("ends with its time, whether or not what stands in the way can be told", async () => {
		const problems = () => Promise.reject(new Error("forbidden"));
		await expect(
			world([waiting("0 of 1")], { problems, timeoutSeconds: -1 }).run(),
		).rejects.toThrow(new Error("is not ready after -1 s: 0 of 1"));
	});

	test("ends when the user cancels, and leaves the rest to the next update", async () => {
		const { run, cancellation } = world([waiting("0 of 1")]);
		const end = run();
		cancellation.abort();
		await expect(end).rejects.toThrow(
			new Error(
				"was not waited for any longer, the next update goes on: 0 of 1",
			),
		);
	});

	test("ends with any other refusal", async () => {
		await expect(world([gone]).run()).rejects.toThrow("not found");
	});
});

describe("waiting until an object is gone", () => {
	const until = (
		answers: readonly (PropertyMap | Error)[],
		timeoutSeconds = 60,
		signal = new AbortController().signal,
	) => {
		let looks = 0;
		return untilGone({
			read: async () => {
				const answer = answers[Math.min(looks++, answers.length - 1)];
				if (answer instanceof Error) throw answer;
				return answer ?? {};
			},
			timeoutSeconds,
			signal,
			status: () => {},
		});
	};

	test("ends with it, also over an API server that is away", async () => {
		await until([away, gone]);
	});

	test("names what holds it when its time is over", async () => {
		const held = { metadata: { finalizers: ["kubernetes.io/pvc-protection"] } };
		await expect(until([held], -1)).rejects.toThrow(
			new Error(
				"still exists, held by kubernetes.io/pvc-protection, after -1 s",
			),
		);
	});

	test("ends when the user cancels", async () => {
		await expect(until([{}], 60, AbortSignal.abort())).rejects.toThrow(
			new Error("still exists, and is not waited for any longer"),
		);
	});
});
