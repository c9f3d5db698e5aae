import {
	DIGEST,
	MAX_NAME_LENGTH,
	REPOSITORY_NAME,
	TAG,
} from "../../topology/naming.ts";
import { RefusedError } from "./refusal.ts";

/** The manifest a request names, as the client wrote it. */
export interface ManifestTarget {
	readonly name: string;
	/** A tag or a digest; which of them, says `kind`. */
	readonly reference: string;
	readonly kind: "tag" | "digest";
	/** Tags of the query (`?tag=a&tag=b`), which may stand beside a digest; each once. */
	readonly queryTags: readonly string[];
}

/** `?tag=` parameters in one request; the specification lets a registry limit them. */
export const MAX_QUERY_TAGS = 32;

const MANIFEST_PATH = /^\/v2\/(.+)\/manifests\/([^/]+)$/;
const UPLOAD_PATH = /^\/v2\/(.+)\/blobs\/uploads\/?$/;

/**
 * Reads the target of a manifest request from its raw form.
 *
 * Nothing is decoded or cleaned: a path that could mean one repository here and another one at the
 * registry is refused, whatever it means.
 *
 * @throws {RefusedError} NAME_INVALID, TAG_INVALID or DIGEST_INVALID
 */
export function parseManifestTarget(rawTarget: string): ManifestTarget {
	const { path, query } = split(rawTarget);
	const [, name = "", reference = ""] = match(MANIFEST_PATH, path);
	checkRepositoryName(name);
	const queryTags = new URLSearchParams(query).getAll("tag");
	if (queryTags.length > MAX_QUERY_TAGS) {
		throw new RefusedError(
			414,
			"TAG_INVALID",
			`the query names ${queryTags.length} tags: expected at most ${MAX_QUERY_TAGS}; push the others with a second request`,
		);
	}
	for (const tag of queryTags) checkTagForm(tag);
	const unique = [...new Set(queryTags)];
	if (reference.includes(":")) {
		if (DIGEST.test(reference)) {
			return { name, reference, kind: "digest", queryTags: unique };
		}
		throw new RefusedError(
			400,
			"DIGEST_INVALID",
			`digest '${reference}' is not stored here: expected sha256 and 64 hexadecimal digits`,
		);
	}
	checkTagForm(reference);
	return { name, reference, kind: "tag", queryTags: unique };
}

/**
 * The repository of a blob upload's raw target.
 *
 * @throws {RefusedError} NAME_INVALID
 */
export function parseUploadTarget(rawTarget: string): string {
	const [, name = ""] = match(UPLOAD_PATH, split(rawTarget).path);
	checkRepositoryName(name);
	return name;
}

/** The path of a raw target, without its query. */
export function rawPath(rawTarget: string): string {
	return split(rawTarget).path;
}

/** The query of a raw target, without its question mark. */
export function rawQuery(rawTarget: string): string {
	return split(rawTarget).query;
}

function split(rawTarget: string) {
	const mark = rawTarget.indexOf("?");
	return mark < 0
		? { path: rawTarget, query: "" }
		: { path: rawTarget.slice(0, mark), query: rawTarget.slice(mark + 1) };
}

function match(pattern: RegExp, path: string): RegExpExecArray {
	// Encoded characters and backslashes mean something else once a server has cleaned the path, as
	// distribution does with a redirect. Dots and empty segments are in no name anyway.
	const ambiguous = /[^!-~]|[%\\]/.test(path);
	const found = ambiguous ? null : pattern.exec(path);
	if (found) return found;
	throw new RefusedError(
		400,
		"NAME_INVALID",
		"the path is not one of a repository: expected lower-case letters, digits and single separators, nothing encoded",
	);
}

function checkRepositoryName(name: string): void {
	if (name.length <= MAX_NAME_LENGTH && REPOSITORY_NAME.test(name)) return;
	throw new RefusedError(
		400,
		"NAME_INVALID",
		name.length > MAX_NAME_LENGTH
			? `repository name has ${name.length} characters: expected at most ${MAX_NAME_LENGTH}`
			: `'${name}' is not a repository name: expected lower-case letters, digits and single separators`,
	);
}

function checkTagForm(tag: string): void {
	if (TAG.test(tag)) return;
	throw new RefusedError(
		400,
		"TAG_INVALID",
		`'${tag.slice(0, 128)}' is not a tag: expected at most 128 letters, digits, '_', '.' and '-', not beginning with '.' or '-'`,
	);
}
