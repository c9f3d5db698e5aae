import { afterEach, beforeEach } from "vitest";
import { blob, image, index } from "../../oci/images.ts";
import { InstantClock } from "../../oci/instant-clock.ts";
import { RegistryServer } from "../../oci/registry-server.ts";
import { type RanMirror, runMirror, type TestRun } from "./run-mirror.ts";

export const DEBIAN = "docker.io/library/debian";

export const old = image([blob("shared"), blob("old")]);
export const fresh = index([
	image([blob("shared"), blob("amd64")]),
	image([blob("arm64")]),
]);
/** What overrides put in the place of another. */
export const own = image([blob("shared"), blob("patched")]);

export interface RunOptions extends Partial<TestRun> {
	/** Entries of the list's overrides. @default - none */
	readonly overrides?: string;
}

/** Docker Hub, Quay and the Archive in this process, and the mirror between them. */
export interface MirrorHarness {
	readonly hub: RegistryServer;
	readonly quay: RegistryServer;
	readonly archive: RegistryServer;
	/** Runs the mirror with a list of these images. */
	run(images: string, options?: RunOptions): Promise<RanMirror>;
	/** How many requests that change something the Archive has seen. */
	writes(): number;
}

/** Sets the harness up for every test of the file; its fields are valid inside of tests. */
export function mirrorHarness(): MirrorHarness {
	let hub: RegistryServer;
	let quay: RegistryServer;
	let archive: RegistryServer;
	let upstreams: TestRun["upstreams"];

	beforeEach(async () => {
		hub = await new RegistryServer().start();
		quay = await new RegistryServer().start();
		archive = await new RegistryServer().start();
		// Noted, since a server that was stopped in a test has no address any more.
		upstreams = { "docker.io": hub.url, "quay.io": quay.url };
	});
	afterEach(async () => {
		await hub.stop();
		await quay.stop();
		await archive.stop();
	});

	return {
		get hub() {
			return hub;
		},
		get quay() {
			return quay;
		},
		get archive() {
			return archive;
		},
		run: (images, { overrides = "", ...other } = {}) =>
			runMirror({
				archive: archive.url,
				upstreams,
				lists: {
					"list.yaml": `images:\n${images}${overrides && `overrides:\n${overrides}`}`,
				},
				...other,
				http: { clock: new InstantClock(), random: () => 0.5, ...other.http },
			}),
		writes: () => archive.count("PUT", "POST", "PATCH", "DELETE"),
	};
}

/** `<tag> <outcome>` of each tag, with its reason if it has one. */
export function outcomes({ report }: RanMirror): readonly string[] {
	return report.items.map(({ tag, outcome, reason }) =>
		reason === undefined ? `${tag} ${outcome}` : `${tag} ${outcome}: ${reason}`,
	);
}
