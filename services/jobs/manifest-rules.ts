import {
	MAX_NAME_LENGTH,
	REPOSITORY_NAME,
	TAG,
} from "../../topology/naming.ts";
import { isDigest } from "../oci/digest.ts";
import { type Problem, shown } from "./problem.ts";

/** A problem without its place. */
export type Finding = Pick<Problem, "what" | "got" | "expected" | "fix">;

/** What is wrong with the name of a repository in a promotion manifest. */
export function repositoryFinding(name: string): Finding | undefined {
	const got = shown(name);
	const [first = "", ...rest] = name.split("/");
	if (rest.length > 0 && (/[.:]/.test(first) || first === "localhost")) {
		return {
			what: "repository with a registry in front",
			got,
			expected: "the repository alone, at source and destination the same",
			fix: `remove ${shown(`${first}/`)}; the promoter's configuration names the registries`,
		};
	}
	if (/[@:]/.test(name)) {
		return {
			what: "repository with a tag or digest",
			got,
			expected: "the repository alone",
			fix: "write the digest and its tags below dmap",
		};
	}
	if (name.length > MAX_NAME_LENGTH) {
		return {
			what: "repository is too long",
			got: `${name.length} characters`,
			expected: `at most ${MAX_NAME_LENGTH}`,
			fix: "use the name the image has at the source",
		};
	}
	if (REPOSITORY_NAME.test(name)) return undefined;
	return {
		what: "not a repository",
		got,
		expected: "lower-case words such as team/app",
		fix: "use the name the image has at the source",
	};
}

/** What is wrong with a digest in a promotion manifest. */
export function digestFinding(digest: string): Finding | undefined {
	if (isDigest(digest)) return undefined;
	const algorithm = /^([a-z0-9]+):/.exec(digest)?.[1];
	return {
		what:
			algorithm === undefined || algorithm === "sha256"
				? "not a digest"
				: `digest of ${algorithm}, which the registries do not store`,
		got: shown(digest),
		expected: "sha256: and 64 lower-case hex digits",
		fix: "copy the digest from the registry or the build",
	};
}

/** What is wrong with a tag in a promotion manifest. */
export function tagFinding(
	tag: string,
	allowLatest: boolean,
): Finding | undefined {
	if (tag === "latest" && !allowLatest) {
		return {
			what: "tag without a version",
			got: shown(tag),
			expected: "a tag that never moves",
			fix: "use the version of the release",
		};
	}
	if (TAG.test(tag)) return undefined;
	return {
		what: "not a tag",
		got: shown(tag),
		expected:
			"1 to 128 of letters, digits, '_', '.', '-', not beginning with '.' or '-'",
		fix: "use the version of the release",
	};
}
