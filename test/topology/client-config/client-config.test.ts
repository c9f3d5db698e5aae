import { describe, expect, test } from "vitest";
import {
	clientConfig,
	clientConfigFiles,
} from "../../../topology/client-config/client-config.ts";
import { compileEstate } from "../../../topology/compile.ts";
import type { ArchiveSpec, EstateSpec } from "../../../topology/estate.ts";
import { DEV_SPEC, devEstate } from "../dev-estate.ts";

const { archive: ARCHIVE, ...HOME_TIERS } = DEV_SPEC.tiers;
const CONTAINERD_PLUGIN = [
	"containerd/conf.d/registry-tiers.toml",
	"containerd/registry-tiers-1.x.toml",
];

function textOf(path: string, location: string, spec = DEV_SPEC): string {
	const text = clientConfigFiles(compileEstate(spec))[location]?.[path];
	if (text === undefined) throw new Error(`${location} has no ${path}`);
	return text;
}

/** What a client reads of a file. */
const withoutComments = (text: string) =>
	text.replaceAll(/^#.*\n/gm, "").trimStart();

function withArchive(change: Partial<ArchiveSpec>): EstateSpec {
	if (!ARCHIVE) throw new Error("the dev estate has no archive");
	return {
		...DEV_SPEC,
		tiers: { ...HOME_TIERS, archive: { ...ARCHIVE, ...change } },
	};
}

function outcomeOf(spec: EstateSpec, location: string) {
	const found = clientConfig(compileEstate(spec)).find(
		(config) => config.location === location,
	);
	return {
		files: found?.files.map(({ path }) => path),
		unsupported: found?.unsupported,
	};
}

test("every location has a file for each client, where that client reads it", () => {
	const paths = Object.entries(clientConfigFiles(devEstate())).map(
		([location, files]) => [location, Object.keys(files)],
	);
	const upstream = [
		"containerd/certs.d/docker.io/hosts.toml",
		"docker/daemon.json",
		"containers/registries.conf.d/registry-tiers.conf",
		"buildkit/buildkitd.toml",
	];
	const prod = "containerd/certs.d/localhost:5104/hosts.toml";
	expect(paths).toEqual([
		["home", [...CONTAINERD_PLUGIN, ...upstream]],
		[
			"eu",
			[
				...CONTAINERD_PLUGIN,
				prod,
				...upstream,
				"registry-tiers/pull-secrets-eu.sh",
			],
		],
		[
			"us",
			[
				...CONTAINERD_PLUGIN,
				prod,
				...upstream,
				"registry-tiers/pull-secrets-us.sh",
			],
		],
	]);
});

test("every file with comments says what it is for and where it goes", () => {
	const commented = clientConfig(devEstate())
		.flatMap(({ files }) => files)
		.filter(({ path }) => path !== "docker/daemon.json");
	expect(commented.map(({ text }) => text.split("\n").slice(0, 2))).toEqual(
		commented.map(({ path, purpose }) => [
			`# ${purpose}.`,
			`# Goes to /etc/${path}.`,
		]),
	);
});

describe("containerd", () => {
	test("is given one folder for hosts.toml, under the plugin's name in each of its versions", () => {
		expect(
			CONTAINERD_PLUGIN.map((path) => withoutComments(textOf(path, "eu"))),
		).toEqual([
			`version = 3

[plugins."io.containerd.cri.v1.images".registry]
  config_path = "/etc/containerd/certs.d"
`,
			`version = 2

[plugins."io.containerd.grpc.v1.cri".registry]
  config_path = "/etc/containerd/certs.d"
`,
		]);
	});

	test("pulls Prod's images from the region's cache, then from home, with a login for each", () => {
		expect(
			textOf("containerd/certs.d/localhost:5104/hosts.toml", "eu"),
		).toBe(`# eu: containerd pulls localhost:5104/… from prod-eu, then from prod.
# Goes to /etc/containerd/certs.d/localhost:5104/hosts.toml.
# Read again at every pull: no restart.
# The pull secret for localhost:5104 holds the consumer's password for prod-eu; containerd shows it
# to prod as well, where it is another. A second pull secret for localhost:5104, after the first,
# with the password for prod, lets kubelet pull there when the cache is gone.

server = "http://localhost:5104"

[host."http://localhost:5111"]
  capabilities = ["pull", "resolve"]
  dial_timeout = "2s"
`);
	});

	test("pulls Docker Hub's images from open mirrors alone, and says which one is left out", () => {
		expect(
			textOf("containerd/certs.d/docker.io/hosts.toml", "eu"),
		).toBe(`# eu: containerd pulls docker.io/… from archive, then from Docker Hub.
# Goes to /etc/containerd/certs.d/docker.io/hosts.toml.
# Read again at every pull: no restart.
# archive-eu is left out: it wants a login, which Docker Hub would be shown too.

server = "https://registry-1.docker.io"

[host."http://localhost:5105/v2/docker.io"]
  capabilities = ["pull", "resolve"]
  override_path = true
  dial_timeout = "2s"
`);
	});

	test("asks a region's open cache before the Archive, and needs no pull secret there", () => {
		const spec = {
			...DEV_SPEC,
			regions: { eu: { port: 5111, archivePort: 5112, anonymousPull: true } },
		};
		const hosts = textOf("containerd/certs.d/docker.io/hosts.toml", "eu", spec);
		expect(
			[...hosts.matchAll(/^\[host\."(.+)"\]$/gm)].map(([, h]) => h),
		).toEqual([
			"http://localhost:5112/v2/docker.io",
			"http://localhost:5105/v2/docker.io",
		]);
		expect(
			textOf("containerd/certs.d/localhost:5104/hosts.toml", "eu", spec),
		).toContain(
			"# prod-eu needs no pull secret. Where there is one for localhost:5104 all the same:\n",
		);
	});

	test("gets no file for Docker Hub where every mirror wants a login", () => {
		expect(outcomeOf(withArchive({ anonymousPull: false }), "eu")).toEqual({
			files: [
				...CONTAINERD_PLUGIN,
				"containerd/certs.d/localhost:5104/hosts.toml",
				"containers/registries.conf.d/registry-tiers.conf",
				"buildkit/buildkitd.toml",
				"registry-tiers/pull-secrets-eu.sh",
			],
			unsupported: [
				"archive-eu, archive: unsupported: containerd as a client of eu, which would show the login for docker.io to Docker Hub too. Fix: set anonymousPull: true in estate.tiers.archive",
				"archive: unsupported: Docker Engines as clients of eu, which send a mirror neither a path nor a login. Fix: set anonymousPull: true in estate.tiers.archive",
			],
		});
	});
});

describe("Docker Engines", () => {
	test("use the Archive's mirror port, which needs neither a path nor a login", () => {
		expect(textOf("docker/daemon.json", "us")).toBe(
			`{
  "registry-mirrors": [
    "http://localhost:5106"
  ]
}
`,
		);
	});

	test("are told what is missing when the Archive has no such port", () => {
		const { mirrorPort: _, ...archive } = withArchive({}).tiers.archive ?? {};
		const spec = {
			...DEV_SPEC,
			tiers: { ...HOME_TIERS, archive: archive as ArchiveSpec },
		};
		expect(outcomeOf(spec, "home").unsupported).toEqual([
			"archive: unsupported: Docker Engines as clients of home, which send a mirror neither a path nor a login. Fix: set mirrorPort: <a free port> in estate.tiers.archive",
		]);
	});
});

test("skopeo, podman and CRI-O try each mirror with its own login, then the origin", () => {
	expect(
		withoutComments(
			textOf("containers/registries.conf.d/registry-tiers.conf", "eu"),
		),
	).toBe(`[[registry]]
prefix = "localhost:5104"
location = "localhost:5104"
insecure = true

[[registry.mirror]]
location = "localhost:5111"
insecure = true

[[registry]]
prefix = "docker.io"
location = "docker.io"

[[registry.mirror]]
location = "localhost:5112/docker.io"
insecure = true

[[registry.mirror]]
location = "localhost:5105/docker.io"
insecure = true
`);
});

test("BuildKit speaks plain http to the mirrors and never to Docker Hub", () => {
	expect(
		withoutComments(textOf("buildkit/buildkitd.toml", "eu")),
	).toBe(`[registry."localhost:5104"]
  mirrors = ["localhost:5111"]
  http = true

[registry."docker.io"]
  mirrors = ["localhost:5112/docker.io", "localhost:5105/docker.io"]

[registry."localhost:5111"]
  http = true

[registry."localhost:5112"]
  http = true

[registry."localhost:5105"]
  http = true
`);
});

test("pods get a pull secret for the cache, then one for home, with no password in any argument", () => {
	expect(
		textOf("registry-tiers/pull-secrets-eu.sh", "eu"),
	).toBe(`# eu: secrets with which pods pull localhost:5104/….
# Goes to /etc/registry-tiers/pull-secrets-eu.sh.
# Run it where \`npm run password\` works, with the namespace of the pods as its argument. The pods
# name them in this order: imagePullSecrets: [{ name: pull-prod-eu }, { name: pull-prod }]

set -eu
password=$(npm run --silent password -- --stack dev consumer prod-eu)
auth=$(printf 'consumer:%s' "$password" | base64 | tr -d '\\n')
printf '{"auths":{"localhost:5104":{"auth":"%s"}}}' "$auth" |
  kubectl --namespace "$1" create secret generic pull-prod-eu \\
    --type=kubernetes.io/dockerconfigjson --from-file=.dockerconfigjson=/dev/stdin
password=$(npm run --silent password -- --stack dev consumer prod)
auth=$(printf 'consumer:%s' "$password" | base64 | tr -d '\\n')
printf '{"auths":{"localhost:5104":{"auth":"%s"}}}' "$auth" |
  kubectl --namespace "$1" create secret generic pull-prod \\
    --type=kubernetes.io/dockerconfigjson --from-file=.dockerconfigjson=/dev/stdin
`);
});

test("a region that anybody may pull in needs no pull secret", () => {
	const spec = {
		...DEV_SPEC,
		regions: { eu: { port: 5111, anonymousPull: true } },
	};
	expect(outcomeOf(spec, "eu").files).not.toContain(
		"registry-tiers/pull-secrets-eu.sh",
	);
});

test("without an Archive a region's clients are configured for Prod alone, and home's not at all", () => {
	const estate = compileEstate({
		...DEV_SPEC,
		tiers: HOME_TIERS,
		regions: { eu: { port: 5111 } },
	});
	expect(clientConfig(estate).map(({ unsupported }) => unsupported)).toEqual([
		[],
		[],
	]);
	expect(
		Object.entries(clientConfigFiles(estate)).map(([location, files]) => [
			location,
			Object.keys(files),
		]),
	).toEqual([
		["home", []],
		[
			"eu",
			[
				...CONTAINERD_PLUGIN,
				"containerd/certs.d/localhost:5104/hosts.toml",
				"containers/registries.conf.d/registry-tiers.conf",
				"buildkit/buildkitd.toml",
				"registry-tiers/pull-secrets-eu.sh",
			],
		],
	]);
});
