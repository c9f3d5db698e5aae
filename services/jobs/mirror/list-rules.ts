import { isIP } from "node:net";
import { FALLBACK_TAG, REPOSITORY_NAME } from "../../../topology/naming.ts";
import type { Digest } from "../../oci/digest.ts";
import { InvalidReferenceError, parseReference } from "../../oci/reference.ts";
import {
	digestFinding,
	type Finding,
	tagFinding as tagGrammarFinding,
} from "../manifest-rules.ts";
import { shown } from "../problem.ts";
import { BACKUP_TAG } from "./backup-tag.ts";
import { archiveName, type SourceImage, type Upstream } from "./wanted-tag.ts";

const DOCKER_HUB = "docker.io";
/** Other hosts that are Docker Hub. Clients never ask for images by these. */
const DOCKER_HUB_ALIASES: readonly string[] = [
	"index.docker.io",
	"registry-1.docker.io",
	"registry.hub.docker.com",
];

/** The repository that a list names, or what is wrong with the name. */
export function parseRepository(text: string): Upstream | Finding {
	const got = shown(text);
	if (isPattern(text)) {
		return {
			what: "pattern instead of a repository",
			got,
			expected: "a repository by its full name",
			fix: "list the repositories one by one",
		};
	}
	const [host = ""] = text.split("/");
	if (host.includes(":") && host !== text) {
		return {
			what: "registry with a port",
			got,
			expected: "a host alone, as it is part of the name in the Archive",
			fix: "remove the port; the job's configuration says where a host is asked",
		};
	}
	if (/[@:]/.test(text)) {
		return {
			what: "repository with a tag or digest",
			got,
			expected: "the repository alone",
			fix: "write tags below 'tags' and digests below 'dmap'",
		};
	}
	return hostFinding(text) ?? repositoryOf(text);
}

/** The image of an override, or what is wrong with it. */
export function parseOverrideImage(text: string): SourceImage | Finding {
	const [name = "", ...rest] = text.split("@");
	const digest = rest.join("@");
	const isTagged = name.slice(name.indexOf("/")).includes(":");
	if (isTagged || digest === "") {
		return {
			what: isTagged
				? "image by a tag, which may move"
				: "image without digest",
			got: shown(text),
			expected: "host/name@sha256:…",
			fix: "name it by its digest alone",
		};
	}
	const upstream =
		digestFinding(digest) ?? hostFinding(name) ?? repositoryOf(name);
	return "what" in upstream
		? upstream
		: { ...upstream, digest: digest as Digest };
}

/** What is wrong with a tag in a list. */
export function tagFinding(tag: string): Finding | undefined {
	const got = shown(tag);
	if (isPattern(tag)) {
		return {
			what: "pattern instead of a tag",
			got,
			expected: "a tag by its full name",
			fix: "list the tags one by one",
		};
	}
	const finding = tagGrammarFinding(tag, true);
	if (finding) return { ...finding, fix: "copy the tag from upstream" };
	if (FALLBACK_TAG.test(tag)) {
		return {
			what: "tag of a signature or the like",
			got,
			expected: "the tag of an image",
			fix: "list the image it belongs to; its signatures come along",
		};
	}
	if (BACKUP_TAG.test(tag)) {
		return {
			what: "tag that the Archive itself makes, to keep what another one pointed to",
			got,
			expected: "a tag of upstream",
			fix: "list the tag it was made for",
		};
	}
	return undefined;
}

/** What is wrong with the day on which an override expires. */
export function dayFinding(text: string): Finding | undefined {
	const day = /^\d{4}-\d{2}-\d{2}$/.test(text) ? new Date(text) : undefined;
	// A day that a month has not is taken by Date for one of the next month.
	if (
		day &&
		!Number.isNaN(day.getTime()) &&
		day.toISOString().startsWith(text)
	) {
		return undefined;
	}
	return {
		what: "not a day",
		got: shown(text),
		expected: "a date such as 2026-12-31",
		fix: "write the last day the override is meant to last",
	};
}

function isPattern(text: string): boolean {
	return /[*?]/.test(text);
}

function hostFinding(name: string): Finding | undefined {
	const [host = "", ...path] = name.split("/");
	if (isIP(host.replace(/:\d+$/, "")) !== 0) {
		return {
			what: "registry by its address",
			got: shown(name),
			expected: "a host name",
			fix: "use the name that its certificate is for",
		};
	}
	const full = fullName(host, path);
	if (full === undefined || !REPOSITORY_NAME.test(full)) return undefined;
	return {
		what: "not the full name of a repository",
		got: shown(name),
		expected: "the registry's host and all of the repository's name",
		fix: `write ${shown(full)}`,
	};
}

// Docker fills such names in; a name in the Archive means one thing only.
function fullName(host: string, path: readonly string[]): string | undefined {
	if (!/[.:]/.test(host)) {
		return [
			DOCKER_HUB,
			...(path.length > 0 ? [] : ["library"]),
			host,
			...path,
		].join("/");
	}
	if (DOCKER_HUB_ALIASES.includes(host)) return [DOCKER_HUB, ...path].join("/");
	return host === DOCKER_HUB && path.length === 1
		? `${DOCKER_HUB}/library/${path[0]}`
		: undefined;
}

function repositoryOf(name: string): Upstream | Finding {
	try {
		const upstream = parseReference(name);
		const { registry, repository } = upstream;
		// Hosts may be written in capitals, names in the Archive may not.
		if (archiveName(upstream) === name) return { registry, repository };
	} catch (error) {
		if (!(error instanceof InvalidReferenceError)) throw error;
	}
	return notARepository(name);
}

function notARepository(text: string): Finding {
	return {
		what: "not a repository",
		got: shown(text),
		expected:
			"host and lower-case words such as docker.io/library/debian, at most 255 characters",
		fix: "copy the name from upstream",
	};
}
