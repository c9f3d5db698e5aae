import { randomBytes } from "node:crypto";
import { buffer } from "node:stream/consumers";
import Docker from "dockerode";
import { pack } from "tar-stream";
import versions from "../../toolchain/versions.json" with { type: "json" };

/** A distribution registry of the version the estate runs, in a container of its own. */
export interface RunningRegistry {
	/** E.g. `http://127.0.0.1:32768`; no trailing slash. */
	readonly url: string;
	/** `host:port`, as clients write it in an image name. */
	readonly host: string;
	/** Its own `address:port`, which processes on this machine reach without the engine in between. */
	readonly address: string;
	readonly containerId: string;
	stop(): Promise<void>;
}

export interface RegistryOptions {
	/**
	 * The server's configuration, merged over a plain one without auth: an in-container filesystem
	 * store with deletes on.
	 */
	readonly config?: Record<string, unknown>;
	/** Folder of this machine that holds the store. @default - one in the container */
	readonly store?: string;
	/** Files the configuration refers to, by absolute path in the container. */
	readonly files?: Readonly<Record<string, string>>;
}

const docker = new Docker();
const PORT = "5000/tcp";
const STORE = "/tmp/registry";

/** Starts a registry and waits until it answers. The caller stops it. */
export async function startRegistry({
	config = {},
	store,
	files = {},
}: RegistryOptions = {}): Promise<RunningRegistry> {
	const container = await docker.createContainer({
		Image: versions.images.registry,
		Entrypoint: ["registry"],
		Cmd: ["serve", "/test/config.json"],
		Env: ["OTEL_TRACES_EXPORTER=none"],
		Labels: { "registry-tiers.test": "registry" },
		ExposedPorts: { [PORT]: {} },
		HostConfig: {
			PortBindings: { [PORT]: [{ HostIp: "127.0.0.1", HostPort: "" }] },
			AutoRemove: true,
			...(store !== undefined && { Binds: [`${store}:${STORE}`] }),
		},
	});
	const plain = {
		version: 0.1,
		log: { level: "warn", accesslog: { disabled: true } },
		storage: {
			filesystem: { rootdirectory: STORE },
			delete: { enabled: true },
		},
		http: { addr: ":5000", secret: randomBytes(16).toString("hex") },
	};
	await container.putArchive(
		await archive({
			"/test/config.json": JSON.stringify({ ...plain, ...config }),
			...files,
		}),
		{ path: "/" },
	);
	await container.start();
	const { NetworkSettings } = await container.inspect();
	const host = `127.0.0.1:${NetworkSettings.Ports[PORT]?.[0]?.HostPort}`;
	const bridge = NetworkSettings.Networks.bridge?.IPAddress;
	const url = `http://${host}`;
	await answering(url);
	return {
		url,
		host,
		address: `${bridge}:5000`,
		containerId: container.id,
		stop: async () => {
			await container.remove({ force: true });
		},
	};
}

async function archive(
	files: Readonly<Record<string, string>>,
): Promise<Buffer> {
	const tar = pack();
	for (const [name, content] of Object.entries(files)) {
		tar.entry({ name: name.replace(/^\//, "") }, content);
	}
	tar.finalize();
	return buffer(tar);
}

async function answering(url: string): Promise<void> {
	const deadline = Date.now() + 20_000;
	for (;;) {
		try {
			await fetch(`${url}/v2/`);
			return;
		} catch (error) {
			if (Date.now() > deadline) throw error;
			await new Promise((resolve) => setTimeout(resolve, 100));
		}
	}
}
