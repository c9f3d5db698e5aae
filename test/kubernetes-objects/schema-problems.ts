import { Ajv, type ErrorObject } from "ajv";
import { type KubernetesObject, named } from "./object.ts";
import { parseQuantity } from "./quantity.ts";
import { kindOf, SCHEMAS } from "./schemas.ts";

const ajv = new Ajv({ allErrors: true, allowUnionTypes: true, verbose: true });

ajv.addFormat("int32", { type: "number", validate: isWithinBits(32) });
ajv.addFormat("int64", { type: "number", validate: isWithinBits(53) });
ajv.addFormat("double", { type: "number", validate: () => true });
ajv.addFormat("int-or-string", true);
// Its `number` side needs no check: every number is a quantity.
ajv.addFormat("quantity", (text) => parseQuantity(text) !== undefined);
ajv.addFormat("date-time", (text) => !Number.isNaN(Date.parse(text)));
ajv.addFormat(
	"byte",
	/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/,
);

ajv.addKeyword({
	keyword: "x-kubernetes-list-map-keys",
	type: "array",
	errors: false,
	validate: (keys: readonly string[], list: readonly unknown[]) =>
		!hasDoubles(list.map((element) => keyOf(keys, element))),
});
ajv.addKeyword({
	keyword: "x-kubernetes-list-type",
	type: "array",
	errors: false,
	validate: (_: string, list: readonly unknown[]) => !hasDoubles(list),
});

ajv.addSchema({ $id: "kubernetes", definitions: SCHEMAS.definitions });

const FORMATS: Readonly<Record<string, string>> = {
	byte: "base64",
	int32: "integer of 32 bits",
	int64: "integer that JSON can tell",
};

/** What the API server's own schema says against an object: one sentence per place, with its path. */
export function schemaProblems(object: KubernetesObject): readonly string[] {
	const kind = kindOf(object);
	if (!kind) {
		const known = Object.keys(SCHEMAS.kinds).join(", ");
		return [
			`${named(object)}: no schema of '${object.apiVersion} ${object.kind}', only of ${known}; add it to take-schema.ts`,
		];
	}
	if (object.metadata?.name === undefined)
		return [`${object.kind} without a name: metadata.name is missing`];
	const validate = ajv.getSchema(`kubernetes${kind.$ref}`);
	if (!validate) throw new Error(`no definition at ${kind.$ref}`);
	if (validate(object)) return [];
	return (validate.errors ?? []).map(
		(error) => `${named(object)}: ${sentenceOf(error)}`,
	);
}

function sentenceOf({
	instancePath,
	keyword,
	params,
	message,
	data,
	schema,
	parentSchema,
}: ErrorObject): string {
	const path = pathOf(instancePath);
	const at = path === "" ? "" : `${path}.`;
	switch (keyword) {
		case "additionalProperties":
			return `${at}${params.additionalProperty} is no field; fields there are ${Object.keys(parentSchema?.properties).join(", ")}`;
		case "required":
			return `${at}${params.missingProperty} is missing`;
		case "type":
			return `${path} is ${JSON.stringify(data)}, expected ${[params.type].flat().join(" or ")}`;
		case "enum":
			return `${path} is ${JSON.stringify(data)}, expected one of ${params.allowedValues.join(", ")}`;
		case "format":
			return `${path} is ${JSON.stringify(data)}, which is no ${FORMATS[params.format] ?? params.format}`;
		case "x-kubernetes-list-map-keys":
			return `${path} has two elements of the same ${(schema as string[]).join(" and ")}`;
		case "x-kubernetes-list-type":
			return `${path} has the same element twice`;
		default:
			return `${path} ${message}`;
	}
}

/** `/spec/ports/0` as `spec.ports[0]`. */
function pathOf(pointer: string): string {
	return pointer
		.split("/")
		.slice(1)
		.map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"))
		.map((step, position) => {
			if (/^\d+$/.test(step)) return `[${step}]`;
			if (/[^\w-]/.test(step)) return `["${step}"]`;
			return position === 0 ? step : `.${step}`;
		})
		.join("");
}

// A port without a protocol is one of TCP, as the server fills it in before it compares.
const keyOf = (keys: readonly string[], element: unknown) =>
	JSON.stringify(
		keys.map(
			(key) =>
				(element as Record<string, unknown>)[key] ??
				(key === "protocol" ? "TCP" : null),
		),
	);

const hasDoubles = (list: readonly unknown[]) =>
	new Set(list).size < list.length;

// JSON knows integers up to 2^53 only, so no larger one can be written.
function isWithinBits(bits: number): (value: number) => boolean {
	const limit = 2 ** (bits - 1);
	return (value) => value >= -limit && value < limit;
}
