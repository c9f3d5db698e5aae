import type {
	Picture,
	PictureEdge,
	PictureNode,
} from "../../topology/picture.ts";

/** Whether a part of the picture is in one revision alone. */
export type Presence = "same" | "added" | "removed" | "changed";

/** Both revisions in one picture. */
export interface DrawnPicture {
	readonly nodes: readonly (PictureNode & { readonly presence: Presence })[];
	readonly edges: readonly (PictureEdge & { readonly presence: Presence })[];
}

/** Lays two pictures over each other. Without an earlier one nothing is marked: all of it would be. */
export function drawnPicture(
	before: Picture | undefined,
	after: Picture | undefined,
): DrawnPicture {
	const is = after ?? { nodes: [], edges: [] };
	const was = before ?? is;
	return {
		nodes: merged(was.nodes, is.nodes, ({ id }) => id),
		edges: merged(was.edges, is.edges, ({ from, to, label }) =>
			[from, to, label].join("\n"),
		),
	};
}

function merged<T extends { readonly label: string }>(
	before: readonly T[],
	after: readonly T[],
	key: (item: T) => string,
): readonly (T & { readonly presence: Presence })[] {
	const old = new Map(before.map((item) => [key(item), item]));
	const present = new Set(after.map(key));
	return [
		...after.map((item) => {
			const was = old.get(key(item));
			const presence: Presence = !was
				? "added"
				: was.label === item.label
					? "same"
					: "changed";
			return { ...item, presence };
		}),
		...before
			.filter((item) => !present.has(key(item)))
			.map((item) => ({ ...item, presence: "removed" as const })),
	];
}
