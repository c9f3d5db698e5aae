import type Docker from "dockerode";
import type { Resource, ResourceType } from "../provider.ts";
import { definedProperties, type PropertyMap } from "../values.ts";
import { failed, ifFound, retried } from "./api-error.ts";
import { type Label, labelMap } from "./labels.ts";
import { removed } from "./removal.ts";

/** A network as the program describes it: `NetworkArgs` of @pulumi/docker. */
export interface NetworkInputs {
	readonly name?: string;
	readonly driver?: string;
	readonly options?: Readonly<Record<string, string>>;
	readonly internal?: boolean;
	readonly attachable?: boolean;
	readonly ingress?: boolean;
	readonly ipv6?: boolean;
	readonly labels?: readonly Label[];
	readonly ipamDriver?: string;
	readonly ipamOptions?: Readonly<Record<string, string>>;
	readonly ipamConfigs?: readonly {
		/** CIDR, like `ipRange`. */
		readonly subnet?: string;
		readonly ipRange?: string;
		readonly gateway?: string;
		readonly auxAddress?: Readonly<Record<string, string>>;
	}[];
}

/** Networks. */
export function networkType(docker: Docker): ResourceType {
	const inspect = (id: string): Promise<Docker.NetworkInspectInfo> =>
		retried(() => docker.getNetwork(id).inspect());
	return {
		async create(inputs) {
			try {
				const network = await docker.createNetwork(createOptions(inputs));
				return await created(network, inputs);
			} catch (error) {
				throw failed("unable to create network", error);
			}
		},

		async read({ id }, inputs) {
			const network = await ifFound(inspect(id));
			return network && { id, outputs: observed(inputs, network) };
		},

		// Nothing about a network can change: every change is a replacement.
		update: async () => ({}),

		async delete({ id }, { signal }) {
			try {
				await removed(() => docker.getNetwork(id).remove(), signal);
			} catch (error) {
				throw failed(`unable to remove network "${id}"`, error);
			}
		},
	};

	async function created(
		network: Docker.Network,
		inputs: PropertyMap,
	): Promise<Resource> {
		const { id } = network;
		try {
			return { id, outputs: observed(inputs, await inspect(id)) };
		} catch (error) {
			// The first failure is the one to report.
			await network.remove().catch(() => {});
			throw error;
		}
	}
}

function createOptions(inputs: NetworkInputs): Docker.NetworkCreateOptions {
	const { ipamDriver, ipamOptions, ipamConfigs = [] } = inputs;
	return {
		Name: inputs.name ?? "",
		// Engines before 25.0 (API 1.44) otherwise make a second network of the same name.
		CheckDuplicate: true,
		Labels: labelMap(inputs.labels),
		...(inputs.driver && { Driver: inputs.driver }),
		...(inputs.options && { Options: { ...inputs.options } }),
		Internal: inputs.internal ?? false,
		Attachable: inputs.attachable ?? false,
		Ingress: inputs.ingress ?? false,
		EnableIPv6: inputs.ipv6 ?? false,
		IPAM: {
			Driver: ipamDriver ?? "default",
			...(ipamOptions && { Options: { ...ipamOptions } }),
			Config: ipamConfigs.map(({ subnet, ipRange, gateway, auxAddress }) => ({
				...(subnet && { Subnet: subnet }),
				...(ipRange && { IPRange: ipRange }),
				...(gateway && { Gateway: gateway }),
				...(auxAddress && { AuxiliaryAddresses: { ...auxAddress } }),
			})),
		},
	};
}

/** The inputs, and what the engine chose where they are silent; a network never changes after that. */
function observed(
	inputs: PropertyMap,
	{ Name, Driver, Scope, Internal, Options, IPAM }: Docker.NetworkInspectInfo,
): PropertyMap {
	const ipamConfigs = (IPAM?.Config ?? []).map((config) =>
		definedProperties({
			subnet: config.Subnet,
			ipRange: config.IPRange,
			gateway: config.Gateway,
		}),
	);
	return {
		driver: Driver,
		internal: Internal,
		options: Options ?? {},
		ipamConfigs,
		...inputs,
		name: Name,
		scope: Scope,
	};
}
