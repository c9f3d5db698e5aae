import fc from "fast-check";
import { expect, test } from "vitest";
import {
	type Digest,
	digestOf,
	verified,
} from "../../../services/oci/digest.ts";
import { RetryableError } from "../../../services/oci/errors.ts";

async function* chunked(
	bytes: Uint8Array,
	sizes: readonly number[],
): AsyncGenerator<Uint8Array> {
	let start = 0;
	for (const size of sizes) {
		yield bytes.subarray(start, start + size);
		start += size;
	}
	yield bytes.subarray(start);
}

/** What a receiver gets before the check fails or all has passed. */
async function received(
	content: AsyncIterable<Uint8Array>,
	expected: { digest: Digest; size: number },
): Promise<{ bytes: Buffer; error: unknown }> {
	const chunks: Uint8Array[] = [];
	try {
		for await (const chunk of verified(content, expected)) chunks.push(chunk);
		return { bytes: Buffer.concat(chunks), error: undefined };
	} catch (error) {
		return { bytes: Buffer.concat(chunks), error };
	}
}

test("a digest is the SHA-256 of the bytes", () => {
	expect(digestOf(Buffer.from("abc"))).toBe(
		"sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
	);
});

test("content passes unchanged, however it is cut", async () => {
	await fc.assert(
		fc.asyncProperty(
			fc.uint8Array({ maxLength: 64 }),
			fc.array(fc.nat(20), { maxLength: 6 }),
			async (content, sizes) => {
				const expected = {
					digest: digestOf(content),
					size: content.byteLength,
				};
				const { bytes, error } = await received(
					chunked(content, sizes),
					expected,
				);
				expect(error).toBeUndefined();
				expect(bytes).toEqual(Buffer.from(content));
			},
		),
	);
});

test("of damaged content a receiver never gets as many bytes as it was promised", async () => {
	await fc.assert(
		fc.asyncProperty(
			fc.uint8Array({ minLength: 1, maxLength: 64 }),
			fc.uint8Array({ maxLength: 80 }),
			fc.array(fc.nat(20), { maxLength: 6 }),
			async (content, other, sizes) => {
				fc.pre(!Buffer.from(content).equals(other));
				const expected = {
					digest: digestOf(content),
					size: content.byteLength,
				};
				const { bytes, error } = await received(
					chunked(other, sizes),
					expected,
				);
				expect(error).toBeInstanceOf(RetryableError);
				expect(bytes.byteLength).toBeLessThan(content.byteLength);
			},
		),
	);
});

test("nothing at all is checked too", async () => {
	const empty = { digest: digestOf(Buffer.alloc(0)), size: 0 };
	const wrong = { digest: digestOf(Buffer.from("x")), size: 0 };
	expect(await received(chunked(Buffer.alloc(0), []), empty)).toMatchObject({
		error: undefined,
	});
	expect(await received(chunked(Buffer.alloc(0), []), wrong)).toMatchObject({
		error: new RetryableError(
			`content of ${wrong.digest} is damaged: its 0 bytes hash to ${empty.digest}`,
		),
	});
});
