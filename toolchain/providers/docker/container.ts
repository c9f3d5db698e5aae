import type Docker from "dockerode";
import {
	IncompleteError,
	type Resource,
	type ResourceType,
} from "../provider.ts";
import { type PropertyMap, sameValue } from "../values.ts";
import { failed, ifFound, isNotFound } from "./api-error.ts";
import { inspect } from "./container-condition.ts";
import { createContainer } from "./container-create.ts";
import { containerInputs } from "./container-inputs.ts";
import { containerProblems } from "./container-problems.ts";
import { containerOutputs, type Inspected } from "./container-state.ts";
import { ONLY_RECORDED, UPDATABLE, updateOptions } from "./container-update.ts";
import type { LocalImages } from "./local-images.ts";
import { removed } from "./removal.ts";

/** Containers. */
export function containerType(
	docker: Docker,
	images: LocalImages,
): ResourceType {
	return {
		check: async (inputs) => ({ failures: containerProblems(inputs) }),

		async create(inputs, call) {
			const { container, unhealthy } = await createContainer(
				docker,
				images,
				containerInputs(inputs),
				call,
			);
			const created = await resource(inputs, container);
			if (unhealthy === undefined) return created;
			throw new IncompleteError(unhealthy.message, created);
		},

		async read({ id, outputs }, inputs, { signal, log }) {
			const container = await ifFound(inspect(docker.getContainer(id)));
			if (container === undefined) return undefined;
			const { Running, ExitCode } = container.State;
			if (Running || inputs.mustRun === false)
				return resource(inputs, container);
			// The official provider removes it here too, or its name would stand in the way of a new one.
			await removeContainer(id, outputs, signal);
			log(
				"warning",
				`container ${outputs.name} is to run and had stopped (exit code ${ExitCode}): it was removed, the next update makes it anew`,
			);
			return undefined;
		},

		async update({ id, outputs }, inputs, { log }) {
			const changed = (name: string) => !sameValue(outputs[name], inputs[name]);
			if (UPDATABLE.some(changed)) await updateLimits(id, inputs);
			for (const name of ONLY_RECORDED.filter(changed))
				log(
					"warning",
					`"${name}" of a container cannot change while it exists: only the state has the new value. Replace the container to apply it, with pulumi up --replace`,
				);
			return {};
		},

		async delete({ id, outputs }, { signal }) {
			try {
				await removeContainer(id, outputs, signal);
			} catch (error) {
				throw failed(`unable to remove container ${outputs.name}`, error);
			}
		},
	};

	async function updateLimits(id: string, inputs: PropertyMap) {
		try {
			const options = updateOptions(containerInputs(inputs));
			await docker.getContainer(id).update(options);
		} catch (error) {
			throw failed("unable to update container", error);
		}
	}

	async function removeContainer(
		id: string,
		{ destroyGraceSeconds, removeVolumes }: PropertyMap,
		signal: AbortSignal,
	): Promise<void> {
		const container = docker.getContainer(id);
		const t = Number(destroyGraceSeconds ?? 0);
		await container.stop({ t }).catch((error) => {
			const alreadyStopped = error.statusCode === 304;
			if (!alreadyStopped && !isNotFound(error)) throw error;
		});
		const v = removeVolumes !== false;
		await removed(() => container.remove({ force: true, v }), signal);
	}

	async function resource(
		properties: PropertyMap,
		container: Inspected,
	): Promise<Resource> {
		const given = containerInputs(properties).image;
		const image = await imageOutput(given, container.Image);
		return {
			id: container.Id,
			outputs: containerOutputs(properties, container, image),
		};
	}

	/** The image in the program's words while these still mean the image the container runs. */
	async function imageOutput(given: string, running: string): Promise<string> {
		if (given === running) return given;
		const named = await images.find(given);
		return named === undefined || named.Id === running ? given : running;
	}
}
