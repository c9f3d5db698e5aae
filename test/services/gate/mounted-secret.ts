import {
	mkdir,
	mkdtemp,
	rename,
	rm,
	symlink,
	writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** A folder as a pod sees it where a Secret is mounted. */
export interface MountedSecret {
	readonly folder: string;
	/**
	 * Puts new contents there as Kubernetes does (`pkg/volume/util/atomic_writer.go`): into a folder of
	 * their own, a link to it in the place of the old one, and the old folder is removed.
	 */
	mount(files: Readonly<Record<string, string>>): Promise<void>;
}

/** Mounts nothing yet; what is there ends with the test. */
export async function mountedSecret(): Promise<MountedSecret> {
	const folder = await mkdtemp(join(tmpdir(), "mounted-secret-"));
	onTestFinished(() => rm(folder, { recursive: true }));
	let version = 0;
	const name = (of: number) => `..2026_11_24_${of}`;
	return {
		folder,
		mount: async (files) => {
			const before = name(version);
			const now = name(++version);
			await mkdir(join(folder, now));
			for (const [file, text] of Object.entries(files)) {
				await writeFile(join(folder, now, file), text);
			}
			await symlink(now, join(folder, "..data_tmp"));
			await rename(join(folder, "..data_tmp"), join(folder, "..data"));
			if (version > 1) return rm(join(folder, before), { recursive: true });
			for (const file of Object.keys(files)) {
				await symlink(join("..data", file), join(folder, file));
			}
		},
	};
}
