import { describe, expect, test } from "vitest";
import { RetryableError } from "../../../services/oci/errors.ts";
import { reset, status } from "./faults.ts";
import { chunks, transportHarness } from "./transport-harness.ts";

const harness = transportHarness();

describe("an upload", () => {
	test("sends its length and its bytes", async () => {
		const { url, faults, transport } = harness;
		const lengths: (string | undefined)[] = [];
		faults.push({
			path: /./,
			action: (request) => {
				lengths.push(request.headers["content-length"]);
				return false;
			},
		});
		const answer = await transport().upload(
			{ method: "PUT", url },
			chunks(3, 0, 4),
			7,
		);
		expect(answer.status).toBe(200);
		expect(lengths).toEqual(["7"]);
	});

	test("is not tried again: its content is gone", async () => {
		const { url, faults, seen, transport } = harness;
		faults.push({ path: /./, action: reset, times: 99 });
		await expect(
			transport().upload({ method: "PUT", url }, chunks(1), 1),
		).rejects.toThrow(RetryableError);
		expect(seen).toHaveLength(1);
	});

	test("fails with the error of its content", async () => {
		const { url, transport } = harness;
		const broken = new RetryableError("the source broke");
		async function* content(): AsyncGenerator<Uint8Array> {
			yield Buffer.alloc(1);
			throw broken;
		}
		await expect(
			transport().upload({ method: "PUT", url }, content(), 2),
		).rejects.toBe(broken);
	});

	test("that is refused half way is an answer, and the content is let go", async () => {
		const { url, faults, transport } = harness;
		faults.push({ path: /./, action: status(413) });
		let isOpen = true;
		async function* endless(): AsyncGenerator<Uint8Array> {
			try {
				for (;;) yield Buffer.alloc(65_536);
			} finally {
				isOpen = false;
			}
		}
		const answer = await transport().upload(
			{ method: "PUT", url },
			endless(),
			1e12,
		);
		expect(answer.status).toBe(413);
		await expect.poll(() => isOpen).toBe(false);
	});
});
