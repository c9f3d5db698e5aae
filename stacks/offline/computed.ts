import { createHash } from "node:crypto";
import { markSecret } from "./secret-mark.ts";

type Inputs = Readonly<Record<string, unknown>>;

/** Inputs of a container that the engine changes in place: its id stays. */
const IN_PLACE: readonly string[] = [
	"destroyGraceSeconds",
	"healthcheck",
	"init",
	"memory",
	"memoryReservation",
	"memorySwap",
	"mustRun",
	"restart",
	"tmpfs",
	"wait",
	"waitTimeout",
];

/**
 * What the providers would compute, as far as a program looks at it. It follows from name and inputs
 * alone: two revisions of a program that ask for the same get the same, and what depends on a resource
 * that is replaced sees another id or name, as it would in an engine.
 */
export function computed(type: string, name: string, inputs: Inputs): Inputs {
	switch (type) {
		case "random:index/randomBytes:RandomBytes": {
			const bytes = bytesOf(type, name, inputs);
			return {
				base64: markSecret(bytes.toString("base64")),
				hex: markSecret(bytes.toString("hex")),
			};
		}
		case "random:index/randomPassword:RandomPassword":
			return {
				result: markSecret(bytesOf(type, name, inputs).toString("hex")),
			};
		case "docker:index/remoteImage:RemoteImage":
			return { imageId: `sha256:${hashOf(type, name, inputs)}` };
		default:
			return type.startsWith("kubernetes:")
				? { metadata: metadataOf(type, name, inputs) }
				: { name: `${name}-${hashOf(type, name, {}).slice(0, 7)}` };
	}
}

/** The id of a resource. */
export function idOf(type: string, name: string, inputs: Inputs): string {
	const lasting = Object.entries(inputs).filter(
		([input]) => !IN_PLACE.includes(input),
	);
	return hashOf(type, name, Object.fromEntries(lasting));
}

/** Kubernetes objects whose contents are part of an automatic name: they are replaced when these change. */
const NAMED_BY_CONTENT = [
	"kubernetes:core/v1:ConfigMap",
	"kubernetes:core/v1:Secret",
];

function metadataOf(type: string, name: string, inputs: Inputs): Inputs {
	const metadata = (inputs.metadata ?? {}) as Inputs;
	const content = NAMED_BY_CONTENT.includes(type) ? inputs : {};
	return {
		namespace: "default",
		name: `${name}-${hashOf(type, name, content).slice(0, 8)}`,
		...metadata,
	};
}

const hashOf = (type: string, name: string, inputs: Inputs) =>
	createHash("sha256")
		.update(JSON.stringify([type, name, inputs]))
		.digest("hex");

function bytesOf(type: string, name: string, inputs: Inputs): Buffer {
	const hash = Buffer.from(hashOf(type, name, inputs), "hex");
	return Buffer.alloc(Number(inputs.length ?? hash.length), hash);
}
