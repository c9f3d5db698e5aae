/** Reads at most `limit` bytes and drops the rest: enough of an error page to say what went wrong. */
export async function readStart(
	body: AsyncIterable<Uint8Array>,
	limit: number,
): Promise<Buffer> {
	const chunks: Uint8Array[] = [];
	let length = 0;
	for await (const chunk of body) {
		chunks.push(chunk);
		length += chunk.byteLength;
		if (length >= limit) break;
	}
	return Buffer.concat(chunks).subarray(0, limit);
}
