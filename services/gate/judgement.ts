import {
	PRINCIPALS,
	type Principal,
	type Verb,
} from "../../topology/access.ts";
import type { GateRegistry } from "../../topology/gate-config.ts";
import { acceptsName, acceptsTag } from "../../topology/naming.ts";
import { tagContent } from "./fallback-tags.ts";
import { denied } from "./refusal.ts";

/** The principal a token was minted for, if it is one of the access table. */
export function principalOf(subject: string): Principal | undefined {
	if (subject === "") return "anonymous";
	return PRINCIPALS.find((principal) => principal === subject);
}

/** What a token's subject may do at a registry by the table of today, whenever the token was minted. */
export function verbsOf(
	{ grants }: GateRegistry,
	subject: string,
): readonly Verb[] {
	const principal = principalOf(subject);
	return (principal && grants[principal]) ?? [];
}

/** @throws {RefusedError} DENIED with the way images get in, where nobody can push */
export function checkWritable({
	name: registry,
	readOnlyReason,
}: GateRegistry): void {
	if (readOnlyReason === undefined) return;
	throw denied(`nobody pushes to ${registry}: ${readOnlyReason}`);
}

/** @throws {RefusedError} DENIED with the registry's rule in words */
export function checkName(
	{ name: registry, naming }: GateRegistry,
	repository: string,
): void {
	if (acceptsName(naming, repository)) return;
	throw denied(
		`repository '${repository}' is not accepted in ${registry}: expected ${naming.nameHelp}`,
	);
}

/** @throws {RefusedError} DENIED with the registry's rule in words */
export function checkTag(
	{ name: registry, naming }: GateRegistry,
	tag: string,
): void {
	if (acceptsTag(naming, tag)) return;
	const expected =
		tagContent(tag) === "image"
			? naming.tagHelp
			: `${naming.tagHelp}; signatures and SBOMs are not stored here`;
	throw denied(
		`tag '${tag}' is not accepted in ${registry}: expected ${expected}`,
	);
}

/** A tag that is about to be written. */
export interface TagWrite {
	readonly registry: GateRegistry;
	readonly verbs: readonly Verb[];
	readonly repository: string;
	readonly tag: string;
	/** Of the manifest that was sent. */
	readonly digest: string;
}

/** Whether the answer depends on what the tag points to now. */
export function dependsOnCurrent({ registry, verbs }: TagWrite): boolean {
	return (
		registry.createOnlyTags ||
		!verbs.includes("create") ||
		!verbs.includes("retag")
	);
}

/**
 * Decides on a tag by what it points to now. `unchanged` is a push that has been done before.
 *
 * @param current digest the tag points to, nothing if there is no such tag
 * @throws {RefusedError} DENIED
 */
export function judgeTag(
	{ registry, verbs, repository, tag, digest }: TagWrite,
	current: string | undefined,
): "write" | "unchanged" {
	if (current === digest) return "unchanged";
	if (current === undefined) {
		if (verbs.includes("create")) return "write";
		throw denied(
			`tag '${tag}' of ${repository} does not exist and you may only move tags in ${registry.name}`,
		);
	}
	if (!registry.createOnlyTags && verbs.includes("retag")) return "write";
	const why = registry.createOnlyTags
		? `tags in ${registry.name} never move`
		: `you may not move tags in ${registry.name}`;
	throw denied(
		`tag '${tag}' of ${repository} already points to ${current} and ${why}: push under a new tag`,
	);
}
