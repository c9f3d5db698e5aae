import { expect, test } from "vitest";
import { Registry } from "../../../services/oci/registry.ts";
import { Transport } from "../../../services/oci/transport.ts";
import { status } from "./faults.ts";
import { RegistryServer } from "./registry-server.ts";

test("a list that names one page after the other without an end is given up", async () => {
	const server = await new RegistryServer().start();
	const transport = new Transport();
	let page = 0;
	server.faults.push({
		path: /\/tags\/list/,
		times: Number.POSITIVE_INFINITY,
		action: (request, response) => {
			const next = `/v2/team/app/tags/list?last=${++page}`;
			return status(200, {
				headers: { link: `<${next}>; rel="next"` },
				body: '{"tags":["1.0.0"]}',
			})(request, response);
		},
	});
	const registry = new Registry({ url: server.url, transport });
	const list = async () => {
		for await (const _ of registry.tags("team/app"));
	};
	await expect(list()).rejects.toThrow(
		`GET ${server.url}/v2/team/app/tags/list has more than 1000 pages`,
	);
	expect(page).toBe(1000);
	await transport.close();
	await server.stop();
});
