import {
	MAX_NAME_LENGTH,
	REPOSITORY_NAME,
	TAG,
} from "../../topology/naming.ts";
import { type Digest, isDigest } from "./digest.ts";
import { printable } from "./printable.ts";
import { InvalidReferenceError } from "./reference.ts";

/**
 * The addresses of one registry's API. A repository or reference that cannot be one is an
 * InvalidReferenceError: `../x` in a path would be a request to some other repository.
 */
export class RegistryUrls {
	readonly base: URL;

	/** `url` is the registry's own, e.g. `https://prod.example.com`. */
	constructor(url: string) {
		this.base = new URL("/v2/", url);
	}

	catalog(): URL {
		return new URL("_catalog", this.base);
	}

	tags(repository: string): URL {
		return this.#at(repository, "tags/list");
	}

	/** `reference` is a tag or a digest. */
	manifest(repository: string, reference: string): URL {
		if (!isDigest(reference) && !TAG.test(reference)) {
			throw new InvalidReferenceError(
				`'${printable(reference)}' is neither a tag nor a digest`,
			);
		}
		return this.#at(repository, `manifests/${reference}`);
	}

	blob(repository: string, digest: Digest): URL {
		return this.#at(repository, `blobs/${digest}`);
	}

	uploads(repository: string): URL {
		return this.#at(repository, "blobs/uploads/");
	}

	#at(repository: string, rest: string): URL {
		if (
			!REPOSITORY_NAME.test(repository) ||
			repository.length > MAX_NAME_LENGTH
		) {
			throw new InvalidReferenceError(
				`'${printable(repository)}' is not a repository name`,
			);
		}
		return new URL(`${repository}/${rest}`, this.base);
	}
}
