import type Docker from "dockerode";
import { type ContainerInputs, MIB } from "./container-inputs.ts";

/** Inputs the engine can change on a container that exists. */
export const UPDATABLE = [
	"cpuPeriod",
	"cpuQuota",
	"cpuSet",
	"cpuShares",
	"maxRetryCount",
	"memory",
	"memoryReservation",
	"memorySwap",
	"restart",
] as const;

/**
 * Inputs whose change the official provider reports as an update in place, although the engine cannot make
 * it: the new value only goes into the state (kreuzwerker/terraform-provider-docker issue 988).
 */
export const ONLY_RECORDED = ["healthcheck", "init", "tmpfs"] as const;

/** What the engine is told when a container is updated. */
export function updateOptions(inputs: ContainerInputs) {
	return { ...resourceLimits(inputs), RestartPolicy: restartPolicy(inputs) };
}

/** Memory and CPU limits; what is not given is left alone. */
export function resourceLimits(inputs: ContainerInputs): Docker.HostConfig {
	const { memory, memorySwap, memoryReservation } = inputs;
	return {
		...(memory && { Memory: memory * MIB }),
		// -1 means without limit, in both units.
		...(memorySwap && {
			MemorySwap: memorySwap > 0 ? memorySwap * MIB : memorySwap,
		}),
		...(memoryReservation && { MemoryReservation: memoryReservation * MIB }),
		...(inputs.cpuShares && { CpuShares: inputs.cpuShares }),
		...(inputs.cpuSet && { CpusetCpus: inputs.cpuSet }),
		...(inputs.cpuPeriod && { CpuPeriod: inputs.cpuPeriod }),
		...(inputs.cpuQuota && { CpuQuota: inputs.cpuQuota }),
	};
}

/** When the engine starts the container again by itself. */
export function restartPolicy({ restart, maxRetryCount }: ContainerInputs) {
	return { Name: restart ?? "no", MaximumRetryCount: maxRetryCount ?? 0 };
}
