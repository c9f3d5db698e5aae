import * as pulumi from "@pulumi/pulumi";
import type { RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb.js";
import { MockMonitor } from "@pulumi/pulumi/runtime/mocks.js";
import type { Resource } from "../../policies/resource.ts";
import { automaticName, deploy, plain } from "../components/harness.ts";

/** What a program registers with Pulumi's mocks, as a finished state would have it. */
export async function deployed(
	program: () => unknown,
	stack: string,
): Promise<readonly Resource[]> {
	const requests = new Map<string, RegisterResourceRequest>();
	const { resources } = await deploy(() => {
		listen(requests);
		return program();
	});
	return resources.map(({ identity, type, name, inputs }) => {
		const request = requests.get(`${type}::${name}`);
		const props = plain(inputs) as Readonly<Record<string, unknown>>;
		const provider = request?.getProvider();
		return {
			urn: `urn:pulumi:${stack}::registry-tiers::${identity}`,
			type,
			name,
			props: { ...props, ...computed(type, name, props) },
			options: {
				protect: request?.getProtect() ?? false,
				retainOnDelete: request?.getRetainondelete() ?? false,
				deleteBeforeReplace: request?.getDeletebeforereplace() ?? false,
			},
			...(provider && { provider: provider.split("::").at(-2) ?? "" }),
		};
	});
}

// The mocks are told type, name and inputs alone; the options are in the request.
function listen(requests: Map<string, RegisterResourceRequest>): void {
	const monitor: unknown = pulumi.runtime.getMonitor();
	if (!(monitor instanceof MockMonitor)) throw new Error("no mock engine");
	const register = monitor.registerResource.bind(monitor);
	monitor.registerResource = (request, callback) => {
		requests.set(`${request.getType()}::${request.getName()}`, request);
		return register(request, callback);
	};
}

// As the mocks of the harness answer.
function computed(
	type: string,
	name: string,
	props: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
	if (type === "random:index/randomPassword:RandomPassword")
		return { result: `password of ${name}` };
	if (type.startsWith("kubernetes:")) {
		const metadata = props.metadata as object | undefined;
		return { metadata: { name: automaticName(name), ...metadata } };
	}
	return type.startsWith("docker:")
		? { name: `${name}-1234567`, ...props }
		: {};
}
