import { readdirSync, readFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { posix as path } from "node:path";
import { describe, expect, test } from "vitest";

/**
 * What the files of a folder may import: folders of the project and packages. The longest matching
 * folder counts. Anything that is not listed fails, so that a new edge is a decision.
 */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
	topology: ["topology"],
	components: [
		"components",
		"topology",
		"@pulumi/pulumi",
		"@pulumi/random",
		"yaml",
	],
	"components/platform": [
		"components/platform/platform.ts",
		"topology",
		"@pulumi/pulumi",
	],
	"components/platform/docker": [
		"components/platform/platform.ts",
		"components/platform/docker",
		"topology",
		"@pulumi/pulumi",
		"@pulumi/docker",
	],
	"components/platform/kubernetes": [
		"components/platform/platform.ts",
		"components/platform/kubernetes",
		"topology",
		"@pulumi/pulumi",
		"@pulumi/kubernetes",
	],
	stacks: [
		"stacks",
		"components",
		"topology",
		"toolchain/versions.json",
		"@pulumi/pulumi",
		"@pulumi/docker",
		"@pulumi/kubernetes",
		"@pulumi/random",
		"esbuild",
	],
	"stacks/config": [
		"stacks/config",
		"topology",
		"@pulumi/pulumi",
		"zod",
		"croner",
	],
	services: [
		"services",
		"topology",
		"@sigstore/bundle",
		"@sigstore/protobuf-specs",
		"@sigstore/verify",
		"undici",
		"hono",
		"@hono/node-server",
		"jose",
		"pino",
		"commander",
		"croner",
		"yaml",
		"zod",
	],
	policies: ["policies", "@pulumi/policy", "yaml", "zod"],
	toolchain: [
		"toolchain",
		"topology",
		"policies",
		"stacks/config/parse.ts",
		"stacks/config/problem.ts",
		"stacks/commit.ts",
		"stacks/services-image.ts",
		"services/jobs/promote/record-statement.ts",
		"@kubernetes/client-node",
		"dockerode",
		"commander",
		"croner",
		"cli-table3",
		"tar-stream",
		"yaml",
		"zod",
	],
	"toolchain/plan": [
		"toolchain",
		"topology",
		"stacks/config/parse.ts",
		"stacks/offline/description.ts",
		"stacks/offline/secret-mark.ts",
		"policies",
		"services/jobs/promote/plan-offline.ts",
		"services/jobs/promote/report.ts",
		"@hpcc-js/wasm-graphviz",
	],
	"toolchain/cluster": ["toolchain", "dockerode", "tar-stream"],
	"toolchain/providers": [
		"toolchain/providers",
		"@pulumi/pulumi",
		"@grpc/grpc-js",
		"google-protobuf",
		"bcryptjs",
		"dockerode",
		"tar-stream",
	],
	"toolchain/providers/kubernetes": [
		"toolchain/providers",
		"@kubernetes/client-node",
	],
};

const files = [
	...new Set(Object.keys(ALLOWED).map((f) => f.split("/")[0] ?? "")),
]
	.flatMap((root) =>
		readdirSync(root, { recursive: true, encoding: "utf8" }).map((file) =>
			path.join(root, file),
		),
	)
	.filter((file) => /\.(ts|mjs)$/.test(file));

test.each(files)("%s imports only what its folder may", (file) => {
	const allowed = ALLOWED[folderOf(file)] ?? [];
	const foreign = importsOf(file).filter(
		(target) =>
			!allowed.some((a) => target === a || target.startsWith(`${a}/`)),
	);
	expect(foreign).toEqual([]);
});

describe("the test itself", () => {
	test("looks at every folder with code", () => {
		expect(files.length).toBeGreaterThan(50);
	});
	test("sees static, side-effect and type imports and re-exports", () => {
		const source = `import a from "./x.ts";\nimport "y";\nimport type { T } from "./t.ts";\nexport { b } from "z/deep.js";\nawait import("node:fs");`;
		expect(specifiersIn(source)).toEqual([
			"./x.ts",
			"y",
			"./t.ts",
			"z/deep.js",
			"node:fs",
		]);
	});
});

function folderOf(file: string): string {
	const folders = Object.keys(ALLOWED).filter((f) => file.startsWith(`${f}/`));
	return folders.sort((a, b) => b.length - a.length)[0] ?? "";
}

function importsOf(file: string): readonly string[] {
	return specifiersIn(readFileSync(file, "utf8"))
		.filter((s) => !s.startsWith("node:") && !builtinModules.includes(s))
		.map((s) => (s.startsWith(".") ? path.join(path.dirname(file), s) : s));
}

function specifiersIn(source: string): readonly string[] {
	const statement =
		/^(?:import|export)\b[^"';]*?\bfrom\s*"([^"]+)"|^import\s*"([^"]+)"|\bimport\(\s*"([^"]+)"/gm;
	return [...source.matchAll(statement)].map(
		([, from, bare, dynamic]) => from ?? bare ?? dynamic ?? "",
	);
}
