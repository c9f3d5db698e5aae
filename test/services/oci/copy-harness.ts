import { afterEach, beforeEach } from "vitest";
import { Copier, type CopierOptions } from "../../../services/oci/copy.ts";
import { Registry } from "../../../services/oci/registry.ts";
import {
	Transport,
	type TransportOptions,
} from "../../../services/oci/transport.ts";
import { InstantClock } from "./instant-clock.ts";
import { RegistryServer } from "./registry-server.ts";

/** The artifact type that the copies of the tests take along. */
export const BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json";

/** The same repository at both ends. */
export const APP = { from: "team/app", to: "team/app" };

/** Two registries in this process, fresh for each test, and copies between them. */
export interface CopyHarness {
	readonly source: RegistryServer;
	readonly destination: RegistryServer;
	readonly clock: InstantClock;
	/** A new run, with connections of its own. */
	copier(options?: Partial<CopierOptions>, http?: TransportOptions): Copier;
	/** How many requests that change something the destination has seen. */
	writes(): number;
}

/** Sets the harness up for every test of the file; its fields are valid inside of tests. */
export function copyHarness(): CopyHarness {
	let source: RegistryServer;
	let destination: RegistryServer;
	let clock: InstantClock;
	let transports: Transport[] = [];

	beforeEach(async () => {
		source = await new RegistryServer().start();
		destination = await new RegistryServer().start();
		clock = new InstantClock();
	});
	afterEach(async () => {
		await Promise.all(transports.map((transport) => transport.close()));
		transports = [];
		await source.stop();
		await destination.stop();
	});

	return {
		get source() {
			return source;
		},
		get destination() {
			return destination;
		},
		get clock() {
			return clock;
		},
		copier: (options = {}, http = {}) => {
			const transport = new Transport({ clock, random: () => 0.5, ...http });
			transports.push(transport);
			return new Copier({
				source: new Registry({ url: source.url, transport }),
				destination: new Registry({
					url: destination.url,
					actions: ["push"],
					transport,
				}),
				artifactTypes: [BUNDLE],
				...options,
			});
		},
		writes: () => destination.count("PUT", "POST", "PATCH", "DELETE"),
	};
}
