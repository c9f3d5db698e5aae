import type Docker from "dockerode";
import type { Call } from "../provider.ts";
import { apiMessage, failed } from "./api-error.ts";
import {
	healthy,
	inspect,
	stillRunning,
	UnhealthyError,
} from "./container-condition.ts";
import type { ContainerInputs } from "./container-inputs.ts";
import { containerOptions } from "./container-options.ts";
import type { Inspected } from "./container-state.ts";
import type { LocalImages } from "./local-images.ts";
import { uploadArchive } from "./uploads.ts";

const DEFAULT_NETWORK = "bridge";
const DEFAULT_WAIT_SECONDS = 60;
// Docker 25.0 is the first engine with `StartInterval`; older ones ignore it without a word.
const START_INTERVAL_API_MINOR = 44;

/** A container as it is after its creation, and why it is not in the condition it should be in. */
export interface CreatedContainer {
	readonly container: Inspected;
	readonly unhealthy?: UnhealthyError;
}

/**
 * Creates a container, connects it, fills it, starts it and waits for it, in this order. One that does not
 * become healthy stays, to be looked at; after any other failure nothing is left.
 */
export async function createContainer(
	docker: Docker,
	images: LocalImages,
	inputs: ContainerInputs,
	{ signal }: Call,
): Promise<CreatedContainer> {
	await findImage(images, inputs, signal);
	await refuseStartInterval(docker, inputs);
	const container = await create(docker, inputs);
	try {
		await connectNetworks(docker, container, inputs);
		await uploadFiles(container, inputs);
		await start(container, inputs, signal);
		return { container: await inspect(container) };
	} catch (error) {
		if (error instanceof UnhealthyError)
			return { container: await inspect(container), unhealthy: error };
		// The first failure is the one to report.
		await container.remove({ force: true, v: true }).catch(() => {});
		throw error;
	}
}

async function findImage(
	images: LocalImages,
	{ image, platform }: ContainerInputs,
	signal: AbortSignal,
): Promise<void> {
	try {
		await images.findOrPull(image, signal, platform);
	} catch (error) {
		throw failed(`unable to create container with image ${image}`, error);
	}
}

async function refuseStartInterval(
	docker: Docker,
	{ healthcheck }: ContainerInputs,
): Promise<void> {
	const { startInterval = "0s" } = healthcheck ?? {};
	if (startInterval === "0s") return;
	const { ApiVersion } = await docker.version();
	if (Number(ApiVersion.split(".")[1]) < START_INTERVAL_API_MINOR)
		throw new Error(
			`healthcheck.startInterval (${startInterval}) needs Docker Engine 25.0 (API 1.${START_INTERVAL_API_MINOR}), this engine has API ${ApiVersion}: leave it out, startPeriod works on both`,
		);
}

async function create(docker: Docker, inputs: ContainerInputs) {
	try {
		return await docker.createContainer(containerOptions(inputs));
	} catch (error) {
		throw failed("unable to create container", error);
	}
}

async function connectNetworks(
	docker: Docker,
	container: Docker.Container,
	{ networksAdvanced = [] }: ContainerInputs,
): Promise<void> {
	if (networksAdvanced.length === 0) return;
	await leaveDefaultNetwork(docker, container);
	for (const { name, aliases, ipv4Address, ipv6Address } of networksAdvanced)
		try {
			await docker.getNetwork(name).connect({
				Container: container.id,
				EndpointConfig: {
					Aliases: aliases ?? [],
					IPAMConfig: {
						...(ipv4Address && { IPv4Address: ipv4Address }),
						...(ipv6Address && { IPv6Address: ipv6Address }),
					},
				},
			});
		} catch (error) {
			throw failed(`unable to connect to network '${name}'`, error);
		}
}

async function leaveDefaultNetwork(
	docker: Docker,
	container: Docker.Container,
): Promise<void> {
	try {
		await docker
			.getNetwork(DEFAULT_NETWORK)
			.disconnect({ Container: container.id });
	} catch (error) {
		// It never joined, with another network mode.
		if (!apiMessage(error).includes("is not connected to"))
			throw failed("unable to disconnect the default network", error);
	}
}

async function uploadFiles(
	container: Docker.Container,
	{ uploads = [] }: ContainerInputs,
): Promise<void> {
	for (const upload of uploads) {
		const archive = await uploadArchive(upload);
		try {
			await container.putArchive(archive, { path: "/" });
		} catch (error) {
			throw failed("Unable to upload volume content", error);
		}
	}
}

async function start(
	container: Docker.Container,
	inputs: ContainerInputs,
	signal: AbortSignal,
): Promise<void> {
	const { wait, waitTimeout = DEFAULT_WAIT_SECONDS, mustRun = true } = inputs;
	if (inputs.start === false) return;
	try {
		await container.start();
	} catch (error) {
		throw failed("unable to start container", error);
	}
	if (wait) await healthy(container, waitTimeout, signal);
	else if (mustRun) await stillRunning(container, signal);
}
