import { randomInt } from "node:crypto";
import type { TextRule } from "./text-rule.ts";

/** Draws a text that follows the rule; every character and every order is equally likely. */
export function randomText({ length, alphabet, minimums }: TextRule): string {
	const drawn = minimums.flatMap(({ characters, count }) =>
		draw(characters, count),
	);
	return shuffled([...drawn, ...draw(alphabet, length - drawn.length)]).join(
		"",
	);
}

function draw(characters: string, count: number): string[] {
	return Array.from({ length: count }, () =>
		characters.charAt(randomInt(characters.length)),
	);
}

// Fisher–Yates: the minimums come first, and their place must not tell the class of a character.
function shuffled(items: string[]): string[] {
	for (let i = items.length - 1; i > 0; i--) {
		const j = randomInt(i + 1);
		[items[i], items[j]] = [items[j] ?? "", items[i] ?? ""];
	}
	return items;
}
