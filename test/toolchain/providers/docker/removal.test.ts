import { expect, test } from "vitest";
import { removed } from "../../../../toolchain/providers/docker/removal.ts";

const { signal } = new AbortController();
const refusal = (statusCode: number, message: string) =>
	Object.assign(new Error(message), { statusCode });

/** Refuses once for each of these, then succeeds. */
function remover(...refusals: Error[]) {
	const attempts = { count: 0 };
	const remove = async () => {
		attempts.count++;
		const next = refusals.shift();
		if (next !== undefined) throw next;
	};
	return { attempts, remove };
}

test("is done when the thing is gone already", async () => {
	const { attempts, remove } = remover(refusal(404, "no such volume"));
	await removed(remove, signal);
	expect(attempts.count).toBe(1);
});

test("tries again while something still uses the thing", async () => {
	const { attempts, remove } = remover(
		refusal(403, "network a has active endpoints"),
		refusal(409, "remove a: volume is in use - [b]"),
		refusal(409, "removal of container a is already in progress"),
	);
	await removed(remove, signal);
	expect(attempts.count).toBe(4);
});

test("does not try again for any other reason", async () => {
	const { attempts, remove } = remover(refusal(403, "access denied"));
	await expect(removed(remove, signal)).rejects.toThrow("access denied");
	expect(attempts.count).toBe(1);
});

test("stops waiting when the call is cancelled", async () => {
	const { remove } = remover(refusal(409, "volume is in use"));
	await expect(removed(remove, AbortSignal.abort())).rejects.toThrow("aborted");
});
