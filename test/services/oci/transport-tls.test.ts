import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { selfSigned } from "./self-signed.ts";
import { transportHarness } from "./transport-harness.ts";

const harness = transportHarness();

test("a certificate that is not trusted is refused once, and the message names the host", async () => {
	const { transport } = harness;
	let tried = 0;
	const tls = createTlsServer(selfSigned()).on("connection", () => tried++);
	await new Promise<void>((up) => tls.listen(0, "127.0.0.1", up));
	const host = `127.0.0.1:${(tls.address() as AddressInfo).port}`;
	await expect(
		transport().send(
			{ method: "GET", url: new URL(`https://${host}/v2/`) },
			100,
		),
	).rejects.toThrow(
		`; the certificate of ${host} must be valid for that name and signed by a trusted authority`,
	);
	expect(tried).toBe(1);
	await new Promise((down) => tls.close(down));
});

test("https to a port that speaks http is refused once", async () => {
	const { url, transport } = harness;
	const https = new URL(url.href.replace("http:", "https:"));
	await expect(
		transport().send({ method: "GET", url: https }, 100),
	).rejects.toThrow(
		`; expected TLS at ${url.host}, use an http:// URL if it has none`,
	);
});
