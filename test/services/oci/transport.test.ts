import { expect, test } from "vitest";
import { ProtocolError } from "../../../services/oci/errors.ts";
import { transportHarness } from "./transport-harness.ts";

const harness = transportHarness();

test("no more requests are under way to a host than its limit", async () => {
	const { faults, transport, get } = harness;
	let under = 0;
	let most = 0;
	faults.push({
		path: /./,
		times: 99,
		action: async () => {
			most = Math.max(most, ++under);
			await new Promise((resolve) => setTimeout(resolve, 5));
			under--;
			return false;
		},
	});
	const http = transport({ concurrencyPerHost: 3 });
	await Promise.all(Array.from({ length: 20 }, () => http.send(get(), 100)));
	expect(most).toBe(3);
});

test("an answer longer than its limit is refused and not asked for again", async () => {
	const { url, seen, transport, get } = harness;
	await expect(transport().send(get(), 5)).rejects.toThrow(
		new ProtocolError(`GET ${url.href} was answered with more than 5 bytes`),
	);
	expect(seen).toHaveLength(1);
});

test("an endless error page costs no more than its start", async () => {
	const { faults, transport, get } = harness;
	faults.push({
		path: /./,
		action: (_request, response) => {
			response.writeHead(404);
			const more = () => {
				while (!response.destroyed && response.write(Buffer.alloc(65_536)));
				response.once("drain", more);
			};
			more();
			return true;
		},
	});
	const { body } = await transport().send(get(), 100);
	expect(body.byteLength).toBe(65_536);
});

test("HEAD requests do not close their connections", async () => {
	const { url, connections, transport } = harness;
	const http = transport();
	for (let i = 0; i < 20; i++) await http.send({ method: "HEAD", url }, 100);
	// Two, since the pool may not know yet that the first is free again.
	expect(connections.size).toBeLessThanOrEqual(2);
});

test("an aborted transport starts nothing and waits for nothing", async () => {
	const { faults, seen, transport, get } = harness;
	const abort = new AbortController();
	const http = transport({ signal: abort.signal });
	const reason = new Error("stopped");
	faults.push({
		path: /./,
		action: () => {
			abort.abort(reason);
			return true;
		},
	});
	await expect(http.send(get(), 100)).rejects.toBe(reason);
	await expect(http.send(get(), 100)).rejects.toBe(reason);
	await expect(http.open(get())).rejects.toBe(reason);
	expect(seen).toHaveLength(1);
});
