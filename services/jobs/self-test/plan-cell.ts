import type { Verb } from "../../../topology/access.ts";
import { SELF_TEST_REPOSITORY } from "../../../topology/naming.ts";
import type { AccessCell } from "../../../topology/self-test-config.ts";
import type { Digest } from "../../oci/digest.ts";
import type { ManifestContent } from "../../oci/registry.ts";
import type { Actions } from "./clients.ts";
import type { ImageTag } from "./find-image.ts";
import { type MissingImage, nameOfTag, type Scene } from "./scene.ts";
import type { TagState } from "./verdict.ts";

/** One request of a principal. */
export type Act =
	| ({ readonly kind: "pull"; readonly digest?: Digest } & ImageTag)
	| { readonly kind: "upload" }
	| ({ readonly kind: "push"; readonly content: ManifestContent } & ImageTag)
	| ({ readonly kind: "delete" } & ImageTag);

/** Requests, and the tags that point elsewhere once they are done. All others point to where they did. */
export interface Stage {
	readonly acts: readonly Act[];
	readonly changes: TagState;
}

/** How a cell is tried, or why it is not. */
export type CellPlan =
	| {
			readonly kind: "try";
			/** What the principal's token is asked for. */
			readonly actions: Actions;
			/** The new tag is put there for the principal to delete. */
			readonly onNewTag: boolean;
			readonly stages: readonly Stage[];
	  }
	| (Pick<MissingImage, "outcome" | "reason"> & { readonly kind: "leave" });

type PartOfScene = Pick<Scene, "images" | "image" | "newTag"> & {
	/** Absent where nothing is put for a test. */
	readonly own: Pick<NonNullable<Scene["own"]>, "isRemovable"> | undefined;
};

/**
 * Decides how a cell is tried, so that nothing is lost even where the tier takes what it should
 * refuse: tags are moved and deleted in the self-test's own repository. Where it has none, an image
 * that is pushed over another one names a layer that is not there, and the tag that is to be deleted
 * does not exist; who has no right is refused before either matters.
 */
export function planCell(
	{ principal, verb, allowed, logins }: AccessCell,
	{ images, image, newTag, own }: PartOfScene,
): CellPlan {
	if (principal !== "anonymous" && logins.length === 0) {
		return notTried(`${principal} has no account in the estate`);
	}
	if (allowed && !own && (verb === "retag" || verb === "delete")) {
		return notTried("it would move or delete somebody's tag");
	}
	switch (verb) {
		case "pull":
			if (image.kind === "placed") return pull(image, image.content.digest);
			return allowed ? leave(image) : pull(ABSENT);
		case "create":
			return allowed && !own?.isRemovable ? pushAgain() : create();
		case "retag":
			return image.kind === "placed" ? move(image) : leave(image);
		case "delete":
			return allowed ? deleteNew() : tryDelete();
	}

	function tryIn(stages: readonly Stage[], onNewTag = false): CellPlan {
		return { kind: "try", actions: ACTIONS[verb], onNewTag, stages };
	}

	function inOneStage(...of: Parameters<typeof stage>): CellPlan {
		return tryIn([stage(...of)]);
	}

	function pull(name: ImageTag, digest?: Digest): CellPlan {
		return inOneStage([
			{ kind: "pull", ...tagOf(name), ...(digest && { digest }) },
		]);
	}

	function create(): CellPlan {
		if (newTag === undefined) return notTried(NO_TAG);
		const target = inOwn(newTag);
		const content = images.first;
		return inOneStage(
			[{ kind: "upload" }, { kind: "push", ...target, content }],
			allowed ? [[nameOfTag(target), content.digest]] : [],
		);
	}

	// What cannot be removed again is not created: a push of what is there changes nothing.
	function pushAgain(): CellPlan {
		if (image.kind === "missing") return leave(image);
		const { content } = image;
		return inOneStage([{ kind: "push", ...tagOf(image), content }]);
	}

	function move(
		to: ImageTag & { readonly content: ManifestContent },
	): CellPlan {
		const { second } = images;
		const there = stage(
			[{ kind: "push", ...tagOf(to), content: second }],
			allowed ? [[nameOfTag(to), second.digest]] : [],
		);
		const back = stage([{ kind: "push", ...tagOf(to), content: to.content }]);
		return tryIn(allowed ? [there, back] : [there]);
	}

	function deleteNew(): CellPlan {
		if (newTag === undefined) return notTried(NO_TAG);
		const acts: readonly Act[] = [{ kind: "delete", ...inOwn(newTag) }];
		return tryIn([stage(acts)], true);
	}

	function tryDelete(): CellPlan {
		const target = own && image.kind === "placed" ? tagOf(image) : ABSENT;
		return inOneStage([{ kind: "delete", ...target }]);
	}
}

const ACTIONS: Readonly<Record<Verb, Actions>> = {
	pull: [],
	create: ["push"],
	retag: ["push"],
	delete: ["delete"],
};

const NO_TAG = "no tag is known that the tier's tag rule takes";

const inOwn = (tag: string): ImageTag => ({
	repository: SELF_TEST_REPOSITORY,
	tag,
});

// Deleting and pulling ask no tag rule.
const ABSENT = inOwn("absent");

const tagOf = ({ repository, tag }: ImageTag): ImageTag => ({
	repository,
	tag,
});

function stage(
	acts: readonly Act[],
	changes: readonly (readonly [string, Digest | undefined])[] = [],
): Stage {
	return { acts, changes: new Map(changes) };
}

function leave({ outcome, reason }: MissingImage): CellPlan {
	return { kind: "leave", outcome, reason };
}

function notTried(reason: string): CellPlan {
	return { kind: "leave", outcome: "not-tried", reason };
}
