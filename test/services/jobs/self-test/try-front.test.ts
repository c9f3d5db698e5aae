import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { tryFront } from "../../../../services/jobs/self-test/try-front.ts";
import { DEFAULT_RETRY } from "../../../../services/oci/retry.ts";
import { Transport } from "../../../../services/oci/transport.ts";

async function tried(listener: RequestListener) {
	const server = createServer(listener);
	await new Promise<void>((up) => server.listen(0, "127.0.0.1", up));
	const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	const transport = new Transport({ retry: { ...DEFAULT_RETRY, attempts: 1 } });
	onTestFinished(async () => {
		await transport.close();
		server.closeAllConnections();
		server.close();
	});
	const front = { name: "prod", url, foreignHost: "prod-rw.promotion.test" };
	const { outcome, reason } = await tryFront(front, transport);
	return { outcome, reason: reason?.replace(url, "URL") };
}

test("a front passes that answers 421 to the name of Prod's writing half", async () => {
	const asked: (string | undefined)[] = [];
	const result = await tried(({ headers, url }, response) => {
		asked.push(headers.host, url);
		response.writeHead(421).end();
	});
	expect(result).toEqual({ outcome: "passed", reason: undefined });
	expect(asked).toEqual(["prod-rw.promotion.test", "/v2/"]);
});

test.each([200, 401, 403, 404])(
	"a front that answers %i fails",
	async (status) => {
		expect(
			await tried((_, response) => response.writeHead(status).end()),
		).toEqual({
			outcome: "failed",
			reason: `URL asked for prod-rw.promotion.test: expected status 421, got ${status}`,
		});
	},
);

test("a front that does not answer fails", async () => {
	const { outcome, reason } = await tried((request) => request.destroy());
	expect(outcome).toBe("failed");
	expect(reason).toContain("expected status 421, GET http://127.0.0.1");
});
