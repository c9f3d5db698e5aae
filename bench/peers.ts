import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { ensureCrane, ensureRegsync } from "../toolchain/peer-programs.ts";
import { ensurePrograms } from "../toolchain/programs.ts";
import type { BenchImage } from "./image-set.ts";
import { costOf, type ProcessCost } from "./process-cost.ts";
import type { Ends } from "./promoter.ts";

/** A program that copies all tags of the images' repositories from one registry to another. */
export type Peer = (
	images: readonly BenchImage[],
	ends: Ends,
) => Promise<ProcessCost>;

/** Those this project compares itself with. Each is set up as fast as it gets on two cores. */
export interface Peers {
	readonly regsync: Peer;
	readonly crane: Peer;
	readonly skopeo: Peer;
}

/** Gets the programs; `folder` takes their configuration. */
export async function preparePeers(folder: string): Promise<Peers> {
	await ensurePrograms({ skopeo: "skopeo" });
	const crane = await ensureCrane();
	const regsync = await ensureRegsync();
	return {
		regsync: (images, ends) => {
			const file = join(folder, "regsync.json");
			writeFileSync(file, JSON.stringify(regsyncConfig(images, ends)));
			return costOf([regsync, "once", "-v", "error", "-c", file]);
		},
		// One repository a process: two at a time keep both cores busy.
		crane: (images, { source, destination }) => {
			const pairs = repositoriesOf(images).map(
				(repository) => `${source}/${repository} ${destination}/${repository}`,
			);
			const file = join(folder, "crane.txt");
			writeFileSync(file, `${pairs.join("\n")}\n`);
			const copy = [crane, "copy", "--insecure", "-a", "-j", "8"];
			return costOf(["xargs", "-a", file, "-P", "2", "-L", "1", ...copy]);
		},
		skopeo: (images, { source, destination }) => {
			const file = join(folder, "skopeo.json");
			writeFileSync(file, JSON.stringify(skopeoSource(images, source)));
			return costOf([
				"skopeo",
				...["sync", "--src", "yaml", "--dest", "docker"],
				"--dest-tls-verify=false",
				file,
				`${destination}/team`,
			]);
		},
	};
}

function regsyncConfig(images: readonly BenchImage[], ends: Ends): unknown {
	const { source, destination } = ends;
	return {
		version: 1,
		creds: [source, destination].map((registry) => ({
			registry,
			tls: "disabled",
			reqConcurrent: 16,
		})),
		defaults: { parallel: 16, fastCheck: true },
		sync: repositoriesOf(images).map((repository) => ({
			source: `${source}/${repository}`,
			target: `${destination}/${repository}`,
			type: "repository",
		})),
	};
}

// It leaves the folders of a repository's name out, so they are part of the destination.
function skopeoSource(images: readonly BenchImage[], source: string): unknown {
	const names = repositoriesOf(images).map((name) => [name, []]);
	return {
		[source]: { "tls-verify": false, images: Object.fromEntries(names) },
	};
}

function repositoriesOf(images: readonly BenchImage[]): readonly string[] {
	return [...new Set(images.map(({ repository }) => repository))];
}
