import { afterEach, beforeEach } from "vitest";
import { Registry } from "../../../../services/oci/registry.ts";
import { Transport } from "../../../../services/oci/transport.ts";
import { push, type TestImage } from "../../oci/images.ts";
import { InstantClock } from "../../oci/instant-clock.ts";
import { RegistryServer } from "../../oci/registry-server.ts";

/** The repository of most tests. */
export const APP = "team/app";

/** A registry in this process and a client of it, fresh for each test. */
export interface RegistryHarness {
	readonly server: RegistryServer;
	readonly registry: Registry;
	/** Pushes to `APP` without leaving a trace among the requests that were seen. */
	push(image: TestImage, tag?: string): Promise<void>;
	/** The requests so far, e.g. `HEAD manifests/1.0.0` for one to `APP`. */
	requests(): readonly string[];
}

/** Sets the harness up for every test of the file; its fields are valid inside of tests. */
export function registryHarness(): RegistryHarness {
	let server: RegistryServer;
	let registry: Registry;
	let transport: Transport;

	beforeEach(async () => {
		server = await new RegistryServer().start();
		transport = new Transport({ clock: new InstantClock(), random: () => 0.5 });
		registry = new Registry({ url: server.url, transport });
	});
	afterEach(async () => {
		await transport.close();
		await server.stop();
	});

	return {
		get server() {
			return server;
		},
		get registry() {
			return registry;
		},
		push: async (image, tag) => {
			const before = server.seen.length;
			await push(server.url, APP, image, tag);
			server.seen.length = before;
		},
		requests: () =>
			server.seen.map(
				({ method, path }) =>
					`${method} ${path.replace(`/v2/${APP}/`, "").replace("?n=1000", "")}`,
			),
	};
}
