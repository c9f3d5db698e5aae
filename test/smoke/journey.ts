import type { Check } from "./checks.ts";
import { forgetImages } from "./clients.ts";
import { consumers } from "./journey-consumers.ts";
import { promotion } from "./journey-promotion.ts";
import { pushes } from "./journey-pushes.ts";
import type { RunningEstate } from "./running-estate.ts";
import { travel } from "./travel.ts";

/** An image that is in Prod. */
export interface PromotedImage {
	readonly repository: string;
	readonly tag: string;
	readonly digest: string;
}

/** The checks, and what they bring to Prod. */
export interface Journey {
	readonly checks: readonly Check[];
	/** @throws Error when they did not get that far */
	readonly promoted: () => readonly PromotedImage[];
}

/**
 * The way of real images through the tiers, with the clients people use: pushed to Sandbox and by
 * CI, promoted, pulled from Prod; and the ways that must be closed.
 */
export function journey(running: RunningEstate): Journey {
	const images = travel(running);
	const addresses = ["sandbox", "ci-tests", "ci-snapshots", "prod"].map(
		running.address,
	);
	let promoted: readonly PromotedImage[] | undefined;
	const checks: readonly Check[] = [
		...pushes(images),
		...promotion(running, images, (arrived) => {
			promoted = arrived;
		}),
		...consumers(running, images, addresses),
		{
			promise: "nothing of this journey is left on the machine",
			run: () => forgetImages(images.nobody, addresses),
		},
	];
	return {
		checks,
		promoted: () => {
			if (!promoted) throw new Error("the journey did not get to Prod");
			return promoted;
		},
	};
}
