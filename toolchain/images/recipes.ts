import {
	chmodSync,
	copyFileSync,
	existsSync,
	mkdirSync,
	writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { cacheFolder } from "../folders.mjs";
import { buildGoCommand } from "../go-build.ts";
import { pinnedNode } from "../node-runtime.mjs";
import { findOnPath, runLogged } from "../process.ts";
import versions from "../versions.json" with { type: "json" };
import { installBusybox, installProgram, unpackDebian } from "./rootfs.ts";

/** How an official image is made on a machine that cannot pull it. */
export interface ImageRecipe {
	/** What is in it, for the line that announces it. */
	readonly contents: string;
	/** How long a cold build takes on two cores. */
	readonly usually: string;
	/** Fills an empty folder with the image's root. */
	readonly fill: (root: string) => Promise<void>;
	/** Dockerfile instructions of the image, e.g. `ENTRYPOINT ["nginx"]`. */
	readonly instructions: readonly string[];
}

/** A recipe for each image named in `versions.json`. Their interface is that of the official ones: same paths, a shell and `wget`. */
export const RECIPES: Readonly<
	Record<keyof typeof versions.images, ImageRecipe>
> = {
	registry: {
		contents: `distribution ${versions.registry} built from its Go module`,
		usually: "3 min",
		fill: fillRegistry,
		instructions: ['ENTRYPOINT ["registry"]'],
	},
	nginx: {
		contents: "Debian's nginx",
		usually: "15 s",
		fill: fillNginx,
		instructions: ['ENTRYPOINT ["nginx"]'],
	},
	node: {
		contents: `Node ${versions.node}`,
		usually: "15 s",
		fill: fillNode,
		instructions: ['ENTRYPOINT ["node"]'],
	},
	debian: {
		contents: "Debian 12, bootstrapped from its packages",
		usually: "40 s",
		fill: fillDebian,
		instructions: ['CMD ["bash"]'],
	},
};

async function fillRegistry(root: string): Promise<void> {
	const registry = await buildGoCommand(
		{
			name: "registry",
			module: "github.com/distribution/distribution/v3",
			version: `v${versions.registry}`,
			package: "github.com/distribution/distribution/v3/cmd/registry",
			ldflags: `-X github.com/distribution/distribution/v3/version.version=v${versions.registry}`,
			usually: "3 min",
		},
		`registry-${versions.registry}`,
	);
	const files = await unpackDebian(["busybox-static"]);
	try {
		skeleton(root);
		await installBusybox(files, root);
		install(registry, join(root, "bin", "registry"));
	} finally {
		files.dispose();
	}
}

async function fillNginx(root: string): Promise<void> {
	const files = await unpackDebian(["nginx", "busybox-static"]);
	try {
		skeleton(root);
		await installBusybox(files, root);
		const from = join(files.folder, "usr/sbin/nginx");
		await installProgram(files, { from, to: "usr/sbin/nginx" }, root);
		// Compiled-in paths that nginx opens before it reads its configuration.
		mkdirSync(join(root, "var/log/nginx"), { recursive: true });
		mkdirSync(join(root, "var/lib/nginx"), { recursive: true });
	} finally {
		files.dispose();
	}
}

async function fillNode(root: string): Promise<void> {
	const files = await unpackDebian(["libstdc++6", "busybox-static"]);
	try {
		skeleton(root);
		await installBusybox(files, root);
		await installProgram(
			files,
			{ from: await pinnedNode(), to: "usr/local/bin/node" },
			root,
		);
	} finally {
		files.dispose();
	}
}

async function fillDebian(root: string): Promise<void> {
	const log = join(cacheFolder(), "log", "debootstrap.log");
	if (!findOnPath("debootstrap")) {
		await runLogged("apt-get", ["install", "-y", "debootstrap"], log, {
			env: { DEBIAN_FRONTEND: "noninteractive" },
		});
	}
	await runLogged("debootstrap", ["--variant=minbase", "bookworm", root], log);
}

/** What a process expects of any root: users, groups, and a place for scratch files. */
function skeleton(root: string): void {
	for (const folder of ["bin", "etc", "tmp", "var"]) {
		mkdirSync(join(root, folder), { recursive: true });
	}
	chmodSync(join(root, "tmp"), 0o1777);
	writeFileSync(join(root, "etc/passwd"), "root:x:0:0:root:/root:/bin/sh\n");
	writeFileSync(join(root, "etc/group"), "root:x:0:\n");
	const certificates = "/etc/ssl/certs/ca-certificates.crt";
	if (existsSync(certificates)) install(certificates, join(root, certificates));
}

function install(from: string, to: string): void {
	mkdirSync(dirname(to), { recursive: true });
	copyFileSync(from, to);
}
