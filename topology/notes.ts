import type { Estate } from "./estate.ts";

/** What an estate cannot do where it runs, although it may: for whoever reviews a change, in words. */
export function estateNotes({
	platform,
	registries,
}: Estate): readonly string[] {
	if (platform === "docker") return [];
	const alone = registries
		.filter(({ stores, mode }) => stores.length === 1 && mode !== "read-only")
		.map(({ name }) => name);
	return [
		"prod: rw and ro are two containers of one pod, because its claim is for one pod at a time; it has one replica, and more are not to be had",
		`${alone.join(", ")}: one pod each over one claim; an update, a rotation of its signing key or the loss of its node pauses the tier until that pod is back`,
	];
}
