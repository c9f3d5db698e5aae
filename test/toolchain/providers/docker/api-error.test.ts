import { expect, test } from "vitest";
import {
	apiMessage,
	failed,
	ifFound,
	retried,
} from "../../../../toolchain/providers/docker/api-error.ts";

const apiError = (message: string, more: object = {}) =>
	Object.assign(new Error(message), more);

test("says what was tried and what the engine said, without the client's wrapping", () => {
	const json = { message: "network a not found" };
	const error = apiError("(HTTP code 404) no such network - x ", { json });
	expect(failed("unable to remove network", error).message).toBe(
		"unable to remove network: network a not found",
	);
	expect(apiMessage(apiError("(HTTP code 500) server error - Get - x "))).toBe(
		"Get - x",
	);
	expect(apiMessage("plain")).toBe("plain");
});

test("takes 404 for an answer, and nothing else", async () => {
	const missing = Promise.reject(apiError("gone", { statusCode: 404 }));
	expect(await ifFound(missing)).toBeUndefined();
	const broken = Promise.reject(apiError("broken", { statusCode: 500 }));
	await expect(ifFound(broken)).rejects.toThrow("broken");
});

test("asks once more when the connection broke, and only then", async () => {
	let requests = 0;
	const request = (code: string, failures: number) => async () => {
		if (++requests <= failures) throw apiError("no answer", { code });
		return requests;
	};
	expect(await retried(request("ECONNRESET", 1))).toBe(2);
	requests = 0;
	await expect(retried(request("ECONNRESET", 2))).rejects.toThrow("no answer");
	expect(requests).toBe(2);
	requests = 0;
	await expect(retried(request("ENOENT", 1))).rejects.toThrow("no answer");
	expect(requests).toBe(1);
});
