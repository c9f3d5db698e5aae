import {
	MAX_NAME_LENGTH,
	REPOSITORY_NAME,
	TAG,
} from "../../topology/naming.ts";
import { type Digest, isDigest } from "./digest.ts";
import { printable } from "./printable.ts";

/** An image as people write it, taken apart: `host[:port]/name[:tag][@digest]`. */
export interface Reference {
	/** `host` or `host:port`, lower case. There is no default: `nginx` alone names no registry. */
	readonly registry: string;
	readonly repository: string;
	readonly tag?: string;
	readonly digest?: Digest;
}

/** The text is not a reference. The message says which part and what was expected. */
export class InvalidReferenceError extends Error {
	override readonly name = "InvalidReferenceError";
}

const LABEL = "[a-z0-9](?:[a-z0-9-]*[a-z0-9])?";
const HOST = new RegExp(
	`^(?:${LABEL}(?:\\.${LABEL})*|\\[[0-9a-f:.]+\\])(?::(?<port>[1-9][0-9]{0,4}))?$`,
);
const MAX_PORT = 65_535;

/**
 * Takes a reference apart. What stands before the first slash is always the registry's host.
 *
 * @throws InvalidReferenceError
 */
export function parseReference(text: string): Reference {
	const refuse = (part: string, value: string, expected: string): never => {
		throw new InvalidReferenceError(
			`'${printable(text)}' is not an image reference: ${part} '${printable(value)}', expected ${expected}`,
		);
	};
	const slash = text.indexOf("/");
	if (slash < 0) refuse("no registry in", text, "host[:port]/name");

	const registry = text.slice(0, slash).toLowerCase();
	const host = HOST.exec(registry);
	if (!host || Number(host.groups?.port ?? 1) > MAX_PORT) {
		refuse("registry", registry, "a host name with an optional port");
	}

	const [path = "", digest, ...more] = text.slice(slash + 1).split("@");
	if (more.length > 0) refuse("more than one '@' in", text, "one digest");
	if (digest !== undefined && !isDigest(digest)) {
		return refuse("digest", digest, "sha256: and 64 lower-case hex digits");
	}

	const colon = path.indexOf(":");
	const repository = colon < 0 ? path : path.slice(0, colon);
	const tag = colon < 0 ? undefined : path.slice(colon + 1);
	if (!REPOSITORY_NAME.test(repository)) {
		refuse("repository", repository, "lower-case path components");
	}
	if (registry.length + 1 + repository.length > MAX_NAME_LENGTH) {
		refuse(
			"registry and repository",
			`${registry}/${repository}`,
			`at most ${MAX_NAME_LENGTH} characters`,
		);
	}
	if (tag !== undefined && !TAG.test(tag)) {
		refuse("tag", tag, "1 to 128 of letters, digits, '_', '.', '-'");
	}
	return {
		registry,
		repository,
		...(tag !== undefined && { tag }),
		...(digest !== undefined && { digest }),
	};
}

/** The reference as text; the inverse of `parseReference`. */
export function formatReference({
	registry,
	repository,
	tag,
	digest,
}: Reference): string {
	const tagged = tag === undefined ? "" : `:${tag}`;
	const pinned = digest === undefined ? "" : `@${digest}`;
	return `${registry}/${repository}${tagged}${pinned}`;
}
