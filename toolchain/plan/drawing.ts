import { Graphviz } from "@hpcc-js/wasm-graphviz";
import type { DrawnPicture } from "./drawn-picture.ts";

/** The picture as SVG to put into a page: without a size or colours of its own, which the page's style gives by class. */
export async function drawSvg(
	picture: DrawnPicture,
	title: string,
): Promise<string> {
	const graphviz = await Graphviz.load();
	const svg = graphviz.layout(dotOf(picture), "svg", "dot");
	return (
		svg
			.slice(svg.indexOf("<svg"))
			.replace(/<!--[\s\S]*?-->/g, "")
			// Titles of nodes are their ids, which say less than their labels.
			.replace(/<title>[^<]*<\/title>\n?/g, "")
			.replace(
				/<svg width="\d+pt" height="\d+pt"/,
				`<svg role="img" aria-label="${title}"`,
			)
	);
}

const SHAPES = {
	registry: "cylinder",
	writer: "ellipse",
	readers: "plaintext",
	upstream: "box",
} as const;

/** The picture in Graphviz' language, with a box around what is at one location. */
export function dotOf({ nodes, edges }: DrawnPicture): string {
	const places = Map.groupBy(nodes, ({ location }) => location);
	const node = ({ id, kind, label, presence }: DrawnPicture["nodes"][number]) =>
		`${quoted(id)} [label=${quoted(wrapped(label))} shape=${SHAPES[kind]} class=${quoted(`${kind} ${presence}`)}]`;
	return [
		"digraph {",
		'rankdir=LR nodesep=0.25 ranksep=0.9 fontname="sans-serif" bgcolor=transparent',
		'node [fontname="sans-serif" fontsize=13 margin="0.12,0.06"]',
		'edge [fontname="sans-serif" fontsize=11]',
		...[...places].flatMap(([location, own], i) =>
			location === undefined
				? own.map(node)
				: [
						`subgraph cluster_${i} {`,
						`label=${quoted(location)} class=place`,
						...own.map(node),
						"}",
					],
		),
		...edges.map(
			({ from, to, label, presence }) =>
				`${quoted(from)} -> ${quoted(to)} [label=${quoted(label)} class=${quoted(presence)}]`,
		),
		"}",
	].join("\n");
}

const quoted = (text: string) =>
	`"${text.replace(/[\\"]/g, (character) => `\\${character}`).replaceAll("\n", "\\n")}"`;

/** Two names a line, so that a long list of readers stays narrow. */
const wrapped = (label: string) =>
	label
		.split(", ")
		.map((name, i, all) => (i === all.length - 1 ? name : `${name}, `))
		.reduce(
			(text, name, i) => `${text}${i > 0 && i % 2 === 0 ? "\n" : ""}${name}`,
			"",
		);
