import { afterEach, beforeEach, expect, test } from "vitest";
import { RegistryError } from "../../../services/oci/errors.ts";
import { Registry } from "../../../services/oci/registry.ts";
import { TagInventory } from "../../../services/oci/tag-inventory.ts";
import { Transport } from "../../../services/oci/transport.ts";
import { status } from "./faults.ts";
import { blob, image, push } from "./images.ts";
import { RegistryServer } from "./registry-server.ts";

let server: RegistryServer;
let transport: Transport;
let tags: TagInventory;

beforeEach(async () => {
	server = await new RegistryServer().start();
	transport = new Transport();
	tags = new TagInventory(new Registry({ url: server.url, transport }));
});
afterEach(async () => {
	await transport.close();
	await server.stop();
});

test("a repository is listed once, however often it is asked for", async () => {
	await push(server.url, "team/app", image([blob("layer")]), "1.0.0");
	server.seen.length = 0;
	const [first, second] = await Promise.all([
		tags.of("team/app"),
		tags.of("team/app"),
	]);
	expect([...first]).toEqual(["1.0.0"]);
	expect(second).toBe(first);
	expect(server.seen).toHaveLength(1);
});

test("a repository that is not there has no tags", async () => {
	expect((await tags.of("team/none")).size).toBe(0);
});

test("a registry that refuses does not look empty", async () => {
	server.faults.push({ path: /tags\/list/, action: status(403) });
	await expect(tags.of("team/app")).rejects.toThrow(RegistryError);
});

test("it knows what was listed so far, but for what could not be", async () => {
	await push(server.url, "team/app", image([blob("layer")]), "1.0.0");
	server.faults.push({ path: /team\/other/, action: status(403) });
	await tags.of("team/app");
	await tags.of("team/other").catch(() => {});
	expect([...(await tags.known())]).toEqual([["team/app", ["1.0.0"]]]);
});
