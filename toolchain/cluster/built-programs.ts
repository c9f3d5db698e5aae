import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { cacheFolder } from "../folders.mjs";
import { buildGoCommand, type GoCommand } from "../go-build.ts";
import { findOnPath, runCaptured } from "../process.ts";
import versions from "../versions.json" with { type: "json" };

const { kubernetes, etcd, coredns } = versions.cluster;
const FOLDER = `kubernetes-${kubernetes}`;

/** How long the first build of each program of Kubernetes takes, after those before it. */
const KUBERNETES = {
	"kube-apiserver": "6 min",
	"kube-controller-manager": "2 min",
	"kube-scheduler": "30 s",
	kubelet: "2 min",
	"kube-proxy": "30 s",
	kubectl: "30 s",
} as const;

/** What of the cluster is built and not installed. */
export type BuiltProgram = keyof typeof KUBERNETES | "etcd" | "coredns";

/** Absolute path of a program, whether it is built already or not. */
export const builtProgram = (name: BuiltProgram): string =>
	join(cacheFolder(), FOLDER, name);

/**
 * Sees to Kubernetes, etcd and CoreDNS, built from their Go modules where they are not there yet: about
 * a quarter of an hour on two cores, once for each version.
 *
 * @throws {UserError} when there is no Go
 */
export async function ensureBuiltPrograms(): Promise<void> {
	for (const command of await commands()) await buildGoCommand(command, FOLDER);
}

async function commands(): Promise<readonly GoCommand[]> {
	const names = Object.keys(KUBERNETES) as (keyof typeof KUBERNETES)[];
	const missing = names.filter((name) => !existsSync(builtProgram(name)));
	const replace = missing.length > 0 ? await stagingModules() : "";
	return [
		...missing.map((name) => ({
			name,
			module: "k8s.io/kubernetes",
			version: `v${kubernetes}`,
			package: `k8s.io/kubernetes/cmd/${name}`,
			ldflags: versionFlags(),
			replace,
			usually: KUBERNETES[name],
		})),
		{
			name: "etcd",
			module: "go.etcd.io/etcd/server/v3",
			version: `v${etcd}`,
			package: "go.etcd.io/etcd/server/v3",
			usually: "2 min",
		},
		{
			name: "coredns",
			module: "github.com/coredns/coredns",
			version: `v${coredns}`,
			package: "github.com/coredns/coredns",
			usually: "5 min",
		},
	];
}

// The module replaces its staging modules by folders of its own; a dependent needs their releases,
// which have the same minor and patch with 0 in front.
async function stagingModules(): Promise<string> {
	// Without Go, the build itself says so.
	if (!findOnPath("go")) return "";
	const { code, stdout, stderr } = await runCaptured("go", [
		"mod",
		"download",
		"-json",
		`k8s.io/kubernetes@v${kubernetes}`,
	]);
	if (code !== 0) {
		throw new Error(
			`cannot download k8s.io/kubernetes v${kubernetes}: ${stderr || stdout}`,
		);
	}
	const { GoMod } = JSON.parse(stdout) as { readonly GoMod: string };
	const modules = readFileSync(GoMod, "utf8").matchAll(
		/^\s*(\S+) => \.\/staging\//gm,
	);
	const release = `v${kubernetes.replace(/^1\./, "0.")}`;
	const lines = [...modules].map(([, name]) => `${name} => ${name} ${release}`);
	return `(\n${lines.join("\n")}\n)`;
}

/** Without these the programs call themselves v0.0.0-master. */
function versionFlags(): string {
	const [major, minor] = kubernetes.split(".");
	return Object.entries({
		"k8s.io/component-base/version.gitVersion": `v${kubernetes}`,
		"k8s.io/component-base/version.gitMajor": major,
		"k8s.io/component-base/version.gitMinor": minor,
		"k8s.io/client-go/pkg/version.gitVersion": `v${kubernetes}`,
	})
		.map(([name, value]) => `-X ${name}=${value}`)
		.join(" ");
}
