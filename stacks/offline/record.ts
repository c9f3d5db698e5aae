import * as pulumi from "@pulumi/pulumi";
import type {
	RegisterResourceRequest,
	RegisterResourceResponse,
} from "@pulumi/pulumi/proto/resource_pb.js";
import { MockMonitor } from "@pulumi/pulumi/runtime/mocks.js";
import { aliasesOf, identityOf } from "./aliases.ts";
import { computed, idOf } from "./computed.ts";
import type { RecordedResource, StackSource } from "./description.ts";

const PROJECT = "registry-tiers";

/**
 * Runs a program against Pulumi's mocks and tells what it asks an engine for.
 *
 * @throws what the program throws
 */
export async function record(
	program: () => Promise<unknown>,
	{ stack, config }: StackSource,
): Promise<readonly RecordedResource[]> {
	pulumi.runtime.setAllConfig(
		Object.fromEntries(
			Object.entries(config).map(([name, value]) => [
				name,
				typeof value === "string" ? value : JSON.stringify(value),
			]),
		),
	);
	const inputsOf = new Map<string, Readonly<Record<string, unknown>>>();
	await pulumi.runtime.setMocks(
		{
			newResource: ({ type, name, inputs, custom }) => {
				inputsOf.set(`${type}::${name}`, inputs);
				return {
					id: custom ? idOf(type, name, inputs) : undefined,
					state: { ...inputs, ...computed(type, name, inputs) },
				};
			},
			call: ({ token }) => {
				throw new Error(
					`the program asks for ${token} while it runs, which nothing answers without an engine. Fix: pass it as a fact`,
				);
			},
		},
		PROJECT,
		stack,
	);
	const registered = listen();
	await program();
	await pulumi.runtime.disconnect();
	return [...registered].map(([urn, request]) => {
		const type = request.getType();
		const name = request.getName();
		const inputs = inputsOf.get(`${type}::${name}`) ?? {};
		return {
			identity: identityOf(urn, registered),
			aliases: aliasesOf(urn, registered),
			type,
			name,
			component: !request.getCustom(),
			within: withinOf(request, registered),
			inputs,
			outputs: request.getCustom() ? computed(type, name, inputs) : {},
			provider: providerOf(request, registered),
			ignoreChanges: request.getIgnorechangesList(),
			deleteBeforeReplace: request.getDeletebeforereplace(),
			protect: request.getProtect() ?? false,
			retainOnDelete: request.getRetainondelete() ?? false,
		};
	});
}

/** Everything that was asked for, by URN. */
export type Registered = ReadonlyMap<string, RegisterResourceRequest>;

// The mocks are told type, name and inputs alone; the rest is in the request.
function listen(): Registered {
	const registered = new Map<string, RegisterResourceRequest>();
	const monitor: unknown = pulumi.runtime.getMonitor();
	if (!(monitor instanceof MockMonitor)) throw new Error("no mock engine");
	const register = monitor.registerResource.bind(monitor);
	monitor.registerResource = (request, callback) =>
		register(
			request,
			(error: unknown, response: RegisterResourceResponse | undefined) => {
				if (response) registered.set(response.getUrn(), request);
				callback(error, response);
			},
		);
	return registered;
}

/** Logical name of the provider, which the request has as `urn::id`. */
function providerOf(
	request: RegisterResourceRequest,
	registered: Registered,
): string {
	const provider = request.getProvider();
	const urn = provider.slice(0, provider.lastIndexOf("::"));
	return registered.get(urn)?.getName() ?? "";
}

function withinOf(
	request: RegisterResourceRequest,
	registered: Registered,
): readonly string[] {
	const parent = registered.get(request.getParent());
	// The stack itself is no component of anybody's.
	if (!parent || parent.getType() === "pulumi:pulumi:Stack") return [];
	return [...withinOf(parent, registered), parent.getName()];
}
