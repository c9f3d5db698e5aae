import { readFile } from "node:fs/promises";
import { join } from "node:path";
import Docker from "dockerode";

/** The provider's arguments, checked against the schema. */
export interface DockerConfig {
	/** `unix:///path`, `tcp://host:port`, `http://…` or `https://…`. @default - DOCKER_HOST, else unix:///var/run/docker.sock */
	readonly host?: string;
	/** Folder with ca.pem, cert.pem and key.pem. @default - DOCKER_CERT_PATH */
	readonly certPath?: string;
	/** The three certificates themselves, in PEM; all or none. */
	readonly caMaterial?: string;
	readonly certMaterial?: string;
	readonly keyMaterial?: string;
	readonly disableDockerDaemonCheck?: boolean;
	readonly registryAuth?: readonly RegistryAuth[];
}

/** Credentials of one registry. */
export interface RegistryAuth {
	/** `registry.example.com[:port]`, with or without a scheme. */
	readonly address: string;
	readonly username?: string;
	readonly password?: string;
}

const DEFAULT_HOST = "unix:///var/run/docker.sock";

/**
 * A client for the engine the configuration names, once that engine has answered.
 *
 * @throws when the address cannot be used, a certificate cannot be read, or nothing answers there
 */
export async function connectDocker(
	config: DockerConfig,
	environment: NodeJS.ProcessEnv = process.env,
): Promise<Docker> {
	const host = config.host || environment.DOCKER_HOST || DEFAULT_HOST;
	const docker = new Docker({
		...address(host),
		...(await certificates(host, config, environment)),
	});
	if (config.disableDockerDaemonCheck) return docker;
	try {
		await docker.ping();
	} catch (error) {
		const cause = error instanceof Error ? error.message : String(error);
		throw new Error(
			`no Docker engine answers at ${host} (${cause.trim()}): start it, or set the provider's "host" or DOCKER_HOST`,
		);
	}
	return docker;
}

/** Where dockerode connects to. `host: undefined` keeps it from taking DOCKER_HOST beside a socket path. */
export function address(host: string): Docker.DockerOptions {
	const [, scheme, path = ""] = /^(\w+):\/\/(.*)$/.exec(host) ?? [];
	switch (scheme) {
		case "unix":
			return { socketPath: path, host: undefined };
		case "tcp":
		case "http":
		case "https": {
			const { hostname, port } = new URL(`http://${path}`);
			const protocol = scheme === "https" ? "https" : "http";
			return { host: hostname, port: port || "2375", protocol };
		}
		default:
			throw new Error(
				`the stand-in for the docker plugin cannot use host "${host}": expected unix:///path, tcp://host:port, http://host:port or https://host:port`,
			);
	}
}

async function certificates(
	host: string,
	{ caMaterial, certMaterial, keyMaterial, certPath }: DockerConfig,
	environment: NodeJS.ProcessEnv,
): Promise<Docker.DockerOptions> {
	const material = [caMaterial, certMaterial, keyMaterial];
	if (material.some(Boolean)) {
		if (!material.every(Boolean))
			throw new Error(
				"caMaterial, certMaterial and keyMaterial belong together: set all three, or certPath",
			);
		return tls(caMaterial, certMaterial, keyMaterial);
	}
	const folder = certPath || environment.DOCKER_CERT_PATH;
	if (!folder || host.startsWith("unix:")) return {};
	const read = (name: string) => readFile(join(folder, name), "utf8");
	return tls(
		await read("ca.pem"),
		await read("cert.pem"),
		await read("key.pem"),
	);
}

const tls = (
	ca?: string,
	cert?: string,
	key?: string,
): Docker.DockerOptions => ({
	ca,
	cert,
	key,
	protocol: "https",
});
