import * as pulumi from "@pulumi/pulumi";
import { MockMonitor } from "@pulumi/pulumi/runtime/mocks.js";

/** A resource as the program asked the engine for it. */
export interface Registered {
	/** `parentType$type::name`: what Pulumi knows it by. A changed one is a replacement. */
	readonly identity: string;
	readonly type: string;
	readonly name: string;
	readonly inputs: Readonly<Record<string, unknown>>;
}

export interface Deployed<T> {
	readonly result: T;
	readonly resources: readonly Registered[];
}

/** Runs a program against Pulumi's mocks and reports, sorted by identity, what it registered. */
export async function deploy<T>(program: () => T): Promise<Deployed<T>> {
	const inputsByName = new Map<string, Record<string, unknown>>();
	await pulumi.runtime.setMocks(
		{
			newResource: ({ type, name, inputs, custom }) => {
				inputsByName.set(`${type}::${name}`, inputs);
				return {
					id: custom ? `${name}-id` : undefined,
					state: { ...inputs, ...computed(type, name, inputs) },
				};
			},
			call: ({ token }) => {
				throw new Error(`unexpected lookup ${token}: pass facts as arguments`);
			},
		},
		"registry-tiers",
		"dev",
	);
	const result = program();
	await pulumi.runtime.disconnect();
	const monitor = pulumi.runtime.getMonitor();
	if (!(monitor instanceof MockMonitor)) throw new Error("no mock engine");
	const resources = [...monitor.getRegisteredResources().keys()]
		.map((urn): Registered => {
			const [, , chain = "", name = ""] = urn.split("::");
			const type = chain.split("$").at(-1) ?? "";
			return {
				identity: `${chain}::${name}`,
				type,
				name,
				inputs: inputsByName.get(`${type}::${name}`) ?? {},
			};
		})
		.sort((a, b) => (a.identity < b.identity ? -1 : 1));
	return { result, resources };
}

// What the real providers would compute, as far as a program looks at it.
function computed(
	type: string,
	name: string,
	inputs: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
	if (type.startsWith("kubernetes:"))
		return { metadata: { name: automaticName(name), ...metadataOf(inputs) } };
	const seed = Buffer.alloc(Number(inputs.length ?? 0), name);
	switch (type) {
		case "random:index/randomBytes:RandomBytes":
			return {
				base64: secret(seed.toString("base64")),
				hex: secret(seed.toString("hex")),
			};
		case "random:index/randomPassword:RandomPassword":
			return { result: secret(`password of ${name}`) };
		case "docker:index/remoteImage:RemoteImage":
			return { imageId: `sha256:${name}` };
		default:
			return { name: `${name}-1234567` };
	}
}

/** The name of a Kubernetes object that gets one by itself: as long as the plugin's, and plainly none. */
export const automaticName = (resource: string) => `${resource}-xxxxxxxx`;

const metadataOf = (inputs: Readonly<Record<string, unknown>>) =>
	inputs.metadata as Readonly<Record<string, unknown>> | undefined;

/** Marks what the provider calls secret, as the real engine does and the mock one does not. */
const secret = (value: string) => ({
	[SECRET_KEY]: "1b47061264138c4ac30d75fd1eb44270",
	value,
});

/** Key of an object that stands for a secret on its way to and from the engine. */
export const SECRET_KEY = "4dabf18193072939515e22adb298388d";

/** The value of an output whose inputs are all known. */
export function resolved<T>(output: pulumi.Output<T>): Promise<T> {
	return new Promise((resolve) => output.apply(resolve));
}

/** An input as plain data, whether or not it was marked secret. */
export function plain(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(plain);
	if (value === null || typeof value !== "object") return value;
	if (SECRET_KEY in value) return plain((value as { value?: unknown }).value);
	return Object.fromEntries(
		Object.entries(value).map(([key, inner]) => [key, plain(inner)]),
	);
}
