import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import {
	address,
	connectDocker,
} from "../../../../toolchain/providers/docker/client.ts";

test.each([
	[
		"unix:///run/docker.sock",
		{ socketPath: "/run/docker.sock", host: undefined },
	],
	[
		"tcp://192.0.2.1:2376",
		{ host: "192.0.2.1", port: "2376", protocol: "http" },
	],
	[
		"tcp://engine.example",
		{ host: "engine.example", port: "2375", protocol: "http" },
	],
	[
		"https://engine.example:8443",
		{ host: "engine.example", port: "8443", protocol: "https" },
	],
])("%s is an address", (host, options) => {
	// Strict: an absent host would be taken from DOCKER_HOST by dockerode.
	expect(address(host)).toStrictEqual(options);
});

test.each([
	"ssh://user@host",
	"npipe:////./pipe/docker_engine",
	"engine.example:2375",
])("%s is refused with the addresses it can use", (host) => {
	expect(() => address(host)).toThrow(
		`the stand-in for the docker plugin cannot use host "${host}": expected unix:///path, tcp://host:port, http://host:port or https://host:port`,
	);
});

test("the provider's host comes before DOCKER_HOST, and an engine that does not answer is named", async () => {
	const environment = { DOCKER_HOST: "unix:///nowhere/environment.sock" };
	await expect(
		connectDocker({ host: "unix:///nowhere/argument.sock" }, environment),
	).rejects.toThrow(
		'no Docker engine answers at unix:///nowhere/argument.sock (connect ENOENT /nowhere/argument.sock): start it, or set the provider\'s "host" or DOCKER_HOST',
	);
	await expect(connectDocker({}, environment)).rejects.toThrow(
		"no Docker engine answers at unix:///nowhere/environment.sock",
	);
});

test("an engine that answers is taken", async () => {
	const server = createServer((_request, response) => response.end("OK"));
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	const { port } = server.address() as AddressInfo;
	const docker = await connectDocker({ host: `tcp://127.0.0.1:${port}` }, {});
	expect(String(await docker.ping())).toBe("OK");
	server.close();
	server.closeAllConnections();
});

test("certificates belong together", async () => {
	await expect(
		connectDocker({ host: "tcp://127.0.0.1:1", caMaterial: "x" }, {}),
	).rejects.toThrow(
		"caMaterial, certMaterial and keyMaterial belong together: set all three, or certPath",
	);
});
