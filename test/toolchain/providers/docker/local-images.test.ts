import { describe, expect, test } from "vitest";
import {
	registryOf,
	repoDigest,
} from "../../../../toolchain/providers/docker/local-images.ts";

test.each([
	["nginx", "docker.io"],
	["library/nginx:1", "docker.io"],
	["team/app/web", "docker.io"],
	["localhost/app", "localhost"],
	["localhost:5000/app:1", "localhost:5000"],
	["registry.example/team/app@sha256:00", "registry.example"],
])("%s comes from %s", (name, registry) => {
	expect(registryOf(name)).toBe(registry);
});

describe("the digest in the registry", () => {
	const digest = (name: string, ...RepoDigests: string[]) =>
		repoDigest(name, { RepoDigests });

	test("is empty for an image that was built here", () => {
		expect(digest("app:1")).toBe("");
	});

	test("is the only one there is", () => {
		expect(digest("app:1", "other@sha256:1")).toBe("other@sha256:1");
	});

	test("is that of the named repository when the image is in several", () => {
		const digests = ["localhost:5000/app@sha256:1", "app@sha256:2"];
		expect(digest("app:1", ...digests)).toBe("app@sha256:2");
		expect(digest("app", ...digests)).toBe("app@sha256:2");
		expect(digest("localhost:5000/app:1", ...digests)).toBe(
			"localhost:5000/app@sha256:1",
		);
		expect(digest("app@sha256:9", ...digests)).toBe("app@sha256:2");
	});
});
