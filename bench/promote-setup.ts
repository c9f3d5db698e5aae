import { mkdirSync, mkdtempSync, rmSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
	type RunningRegistry,
	startRegistry,
} from "../test/docker/registry-server.ts";
import type { BenchOptions } from "./bench-options.ts";
import { type Peers, preparePeers } from "./peers.ts";
import { BenchPromoter } from "./promoter.ts";
import { RegistryStore } from "./registry-store.ts";

/** What the measurements of promotion have in common. */
export interface PromoteSetup {
	readonly rounds: number;
	readonly promoter: BenchPromoter;
	readonly peers: Peers;
	/** An empty store, in memory if there is room, so that no disk is measured. */
	store(name: string): RegistryStore;
	/** A registry without auth on a store. */
	serve(store: RegistryStore): Promise<RunningRegistry>;
	/** Stops the registries and removes their stores. */
	clear(): Promise<void>;
	/** Removes everything. */
	end(): Promise<void>;
}

const MEMORY = "/dev/shm";
/** The most that lies in stores at a time: 1 GB at the source and 1 GB at the destination. */
const STORE_BYTES = 4e9;
const ROUNDS = 5;

export async function setUpPromote({
	quick,
}: BenchOptions): Promise<PromoteSetup> {
	const files = mkdtempSync(join(tmpdir(), "bench-promote-"));
	const stores = mkdtempSync(join(placeForStores(), "bench-promote-"));
	const running = new Set<RunningRegistry>();
	const clear = async () => {
		await Promise.all([...running].map((registry) => registry.stop()));
		rmSync(stores, { recursive: true, force: true });
		mkdirSync(stores);
	};
	return {
		rounds: quick ? 1 : ROUNDS,
		promoter: new BenchPromoter(files),
		peers: await preparePeers(files),
		store: (name) => new RegistryStore(join(stores, name)),
		serve: async ({ folder }) => {
			const started = await startRegistry({ store: folder });
			const stop = () => {
				running.delete(registry);
				return started.stop();
			};
			const registry = { ...started, stop };
			running.add(registry);
			return registry;
		},
		clear,
		end: async () => {
			await clear();
			rmSync(stores, { recursive: true, force: true });
			rmSync(files, { recursive: true, force: true });
		},
	};
}

function placeForStores(): string {
	try {
		const { bavail, bsize } = statfsSync(MEMORY);
		if (bavail * bsize > STORE_BYTES) return MEMORY;
	} catch {
		// Not every machine has it.
	}
	return tmpdir();
}
