import { describe, expect, test } from "vitest";
import { A, debian, parse } from "./list-harness.ts";

describe("the message says what is wrong, where, with which value, and what to do:", () => {
	test.each<[string, string, string]>([
		[
			"an unknown key of an image",
			debian('tag: "12"'),
			'm.yaml:images[0].tag: unknown key, got "tag"; expected name or tags or dmap. Fix: correct or remove it.',
		],
		[
			"an image without a name",
			'images:\n  - tags: ["12"]',
			"m.yaml:images[0].name: name is not text, got nothing; expected text. Fix: write the name there.",
		],
		[
			"an image without tags",
			"images:\n  - name: docker.io/library/debian",
			'm.yaml:images[0]: image without tags, got "docker.io/library/debian"; expected tags, dmap or both. Fix: add the tags the Archive is to have, or remove the entry.',
		],
		[
			"an empty list of tags",
			debian("tags: []"),
			'm.yaml:images[0].tags: no tags, got an empty list; expected a list such as ["12", "12.5"]. Fix: add a tag, or remove the key.',
		],
		[
			"an empty list of pinned tags",
			debian(`dmap: {"${A}": []}`),
			`m.yaml:images[0].dmap["${A}"]: no tags, got an empty list; expected a list such as ["12", "12.5"]. Fix: add a tag, or remove the digest.`,
		],
		[
			"no digests",
			debian("dmap:"),
			'm.yaml:images[0].dmap: no digests, got nothing; expected a map such as {"sha256:…": ["12.5"]}. Fix: add the digest and its tags, or remove the key.',
		],
		[
			"a digest that is none",
			debian('dmap: {"sha256:12": ["12"]}'),
			'm.yaml:images[0].dmap["sha256:12"]: not a digest, got "sha256:12"; expected sha256: and 64 lower-case hex digits. Fix: copy the digest from the registry or the build.',
		],
		[
			"a tag that YAML reads as a number",
			debian("tags: [12.10]"),
			'm.yaml:images[0].tags[0]: tag is not text, got number 12.10; expected text. Fix: quote it: "12.10".',
		],
		[
			"a tag of 129 characters",
			debian(`tags: ["${"1".repeat(129)}"]`),
			`m.yaml:images[0].tags[0]: not a tag, got "${"1".repeat(80)}…"; expected 1 to 128 of letters, digits, '_', '.', '-', not beginning with '.' or '-'. Fix: copy the tag from upstream.`,
		],
		[
			"the tag of a signature",
			debian(`tags: ["sha256-${"a".repeat(64)}.sig"]`),
			`m.yaml:images[0].tags[0]: tag of a signature or the like, got "sha256-${"a".repeat(64)}.sig"; expected the tag of an image. Fix: list the image it belongs to; its signatures come along.`,
		],
		[
			"a backup tag",
			debian('tags: ["12-kept-20261124-0123456789ab"]'),
			'm.yaml:images[0].tags[0]: tag that the Archive itself makes, to keep what another one pointed to, got "12-kept-20261124-0123456789ab"; expected a tag of upstream. Fix: list the tag it was made for.',
		],
	])("%s", (_, text, message) => {
		expect(parse(text).problems).toEqual([message]);
	});

	const full = "expected the registry's host and all of the repository's name";
	const words =
		"expected host and lower-case words such as docker.io/library/debian, at most 255 characters. Fix: copy the name from upstream.";
	const alone =
		"expected a host alone, as it is part of the name in the Archive. Fix: remove the port; the job's configuration says where a host is asked.";
	test.each<[string, string]>([
		[
			"nginx",
			`not the full name of a repository, got "nginx"; ${full}. Fix: write "docker.io/library/nginx".`,
		],
		[
			"library/nginx",
			`not the full name of a repository, got "library/nginx"; ${full}. Fix: write "docker.io/library/nginx".`,
		],
		[
			"grafana/grafana",
			`not the full name of a repository, got "grafana/grafana"; ${full}. Fix: write "docker.io/grafana/grafana".`,
		],
		[
			"docker.io/nginx",
			`not the full name of a repository, got "docker.io/nginx"; ${full}. Fix: write "docker.io/library/nginx".`,
		],
		[
			"index.docker.io/library/nginx",
			`not the full name of a repository, got "index.docker.io/library/nginx"; ${full}. Fix: write "docker.io/library/nginx".`,
		],
		[
			"docker.io/library/*",
			'pattern instead of a repository, got "docker.io/library/*"; expected a repository by its full name. Fix: list the repositories one by one.',
		],
		[
			"docker.io/library/nginx:1",
			"repository with a tag or digest, got \"docker.io/library/nginx:1\"; expected the repository alone. Fix: write tags below 'tags' and digests below 'dmap'.",
		],
		[
			"nginx:1",
			"repository with a tag or digest, got \"nginx:1\"; expected the repository alone. Fix: write tags below 'tags' and digests below 'dmap'.",
		],
		[
			"quay.io:443/org/app",
			`registry with a port, got "quay.io:443/org/app"; ${alone}`,
		],
		[
			"https://quay.io/org/app",
			`registry with a port, got "https://quay.io/org/app"; ${alone}`,
		],
		[
			"169.254.169.254/latest/meta",
			'registry by its address, got "169.254.169.254/latest/meta"; expected a host name. Fix: use the name that its certificate is for.',
		],
		[
			"Docker.io/library/nginx",
			`not a repository, got "Docker.io/library/nginx"; ${words}`,
		],
		[
			"docker.io/Library/nginx",
			`not a repository, got "docker.io/Library/nginx"; ${words}`,
		],
		["quay.io/org//app", `not a repository, got "quay.io/org//app"; ${words}`],
		["quay.io/../app", `not a repository, got "quay.io/../app"; ${words}`],
		["quay.io", `not a repository, got "quay.io"; ${words}`],
		["Nginx", `not a repository, got "Nginx"; ${words}`],
		[
			"docker.io/libr\u0430ry/nginx",
			`not a repository, got "docker.io/libr\u0430ry/nginx"; ${words}`,
		],
		[
			`quay.io/${"a".repeat(248)}`,
			`not a repository, got "quay.io/${"a".repeat(72)}…"; ${words}`,
		],
	])("an image '%s'", (name, message) => {
		expect(parse(`images:\n  - name: "${name}"\n    tags: ["1"]`)).toEqual({
			wanted: [],
			problems: [`m.yaml:images[0].name: ${message}`],
		});
	});
});
