/** What this needs of an OpenAPI v3 document of the API server (`/openapi/v3/apis/apps/v1`). */
export interface OpenApi {
	readonly paths: Readonly<Record<string, unknown>>;
	readonly components: {
		readonly schemas: Readonly<Record<string, Schema>>;
	};
}

/** A JSON schema, as far as Kubernetes uses it. */
export interface Schema {
	readonly type?: string | readonly string[];
	readonly format?: string;
	readonly enum?: readonly string[];
	readonly $ref?: string;
	readonly allOf?: readonly Schema[];
	readonly properties?: Readonly<Record<string, Schema>>;
	readonly required?: readonly string[];
	readonly items?: Schema;
	readonly additionalProperties?: Schema | false;
	/** Fields whose values together tell the elements of a list apart. */
	readonly "x-kubernetes-list-map-keys"?: readonly string[];
	readonly "x-kubernetes-list-type"?: string;
	readonly "x-kubernetes-group-version-kind"?: readonly {
		readonly group: string;
		readonly version: string;
		readonly kind: string;
	}[];
}

/** The schemas of some kinds and of all they are made of. */
export interface KindSchemas {
	/** By `apps/v1 Deployment`. */
	readonly kinds: Readonly<
		Record<string, { readonly $ref: string; readonly namespaced: boolean }>
	>;
	readonly definitions: Readonly<Record<string, Schema>>;
}

const REFERENCE = "#/components/schemas/";

// What the server writes and no program of ours does: in whole objects, not in the conditions of a rule.
const isRendered = (field: string, { properties = {} }: Schema) =>
	field !== "managedFields" && !(field === "status" && "kind" in properties);

/**
 * Leaves of the documents what says which objects are right: no prose, no status, no defaults. Schemas become
 * strict: a field they do not have is an error, and a `spec` that has required fields is itself required.
 */
export function cutSchema(
	documents: readonly {
		readonly kinds: readonly string[];
		readonly document: OpenApi;
	}[],
): KindSchemas {
	const kinds: Record<string, { $ref: string; namespaced: boolean }> = {};
	const definitions: Record<string, Schema> = {};
	for (const { kinds: wanted, document } of documents) {
		const { schemas } = document.components;
		for (const kind of wanted) {
			const [name, version] = definitionOf(kind, schemas);
			kinds[`${version} ${kind}`] = {
				$ref: `#/definitions/${name}`,
				namespaced: isNamespaced(kind, document),
			};
			take(name, schemas);
		}
	}
	return { kinds: sorted(kinds), definitions: sorted(definitions) };

	function take(name: string, schemas: OpenApi["components"]["schemas"]): void {
		if (name in definitions) return;
		const schema = schemas[name];
		if (!schema) throw new Error(`the document has no schema '${name}'`);
		definitions[name] = {};
		definitions[name] = cut(schema, (inner) => {
			take(inner, schemas);
			return definitions[inner] ?? {};
		});
	}
}

/** What this needs of the definition of a kind that a cluster may have besides its own. */
export interface CustomKind {
	readonly spec: {
		readonly group: string;
		readonly scope: "Namespaced" | "Cluster";
		readonly names: { readonly kind: string };
		readonly versions: readonly {
			readonly name: string;
			readonly schema: { readonly openAPIV3Schema: Schema };
		}[];
	};
}

const OBJECT_META = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";

/** The schemas with one more kind; of its versions, the first. */
export function withCustomKind(
	schemas: KindSchemas,
	{ spec: { group, scope, names, versions } }: CustomKind,
): KindSchemas {
	const [version] = versions;
	if (!version) throw new Error(`the kind '${names.kind}' has no version`);
	const name = `${group}.${version.name}.${names.kind}`;
	const own = cut(version.schema.openAPIV3Schema, () => ({}));
	return {
		kinds: sorted({
			...schemas.kinds,
			[`${group}/${version.name} ${names.kind}`]: {
				$ref: `#/definitions/${name}`,
				namespaced: scope === "Namespaced",
			},
		}),
		definitions: sorted({
			...schemas.definitions,
			[name]: {
				...own,
				properties: {
					...own.properties,
					metadata: { $ref: `#/definitions/${OBJECT_META}` },
				},
			},
		}),
	};
}

function cut(schema: Schema, taken: (name: string) => Schema): Schema {
	const [only] = schema.allOf ?? [];
	const $ref = (only ?? schema).$ref;
	if ($ref) {
		const name = $ref.slice(REFERENCE.length);
		taken(name);
		return { $ref: `#/definitions/${name}` };
	}
	if (schema.format === "int-or-string")
		return { type: ["integer", "string"], format: "int-or-string" };
	// Only a Quantity is "a string or a number".
	if ("oneOf" in schema)
		return { type: ["string", "number"], format: "quantity" };
	const properties = Object.entries(schema.properties ?? {})
		.filter(([name]) => isRendered(name, schema))
		.map(([name, inner]) => [name, cut(inner, taken)] as const);
	const required = properties
		.filter(
			([name, inner]) =>
				schema.required?.includes(name) ||
				(name === "spec" &&
					needsFields(inner.$ref ? taken(nameOf(inner.$ref)) : inner)),
		)
		.map(([name]) => name);
	return {
		...(schema.type && { type: schema.type }),
		...(schema.format && { format: schema.format }),
		...(schema.enum && { enum: schema.enum }),
		...(properties.length > 0 && {
			properties: Object.fromEntries(properties),
			additionalProperties: false,
		}),
		...(required.length > 0 && { required }),
		...(schema.items && { items: cut(schema.items, taken) }),
		...(schema.additionalProperties && {
			additionalProperties: cut(schema.additionalProperties, taken),
		}),
		...(schema["x-kubernetes-list-map-keys"] && {
			"x-kubernetes-list-map-keys": schema["x-kubernetes-list-map-keys"],
		}),
		...(schema["x-kubernetes-list-type"] === "set" && {
			"x-kubernetes-list-type": "set",
		}),
	};
}

const nameOf = ($ref: string) => $ref.slice("#/definitions/".length);

const needsFields = (schema: Schema) => (schema.required ?? []).length > 0;

function definitionOf(
	kind: string,
	schemas: OpenApi["components"]["schemas"],
): readonly [name: string, apiVersion: string] {
	for (const [name, schema] of Object.entries(schemas)) {
		for (const own of schema["x-kubernetes-group-version-kind"] ?? []) {
			if (own.kind !== kind) continue;
			return [name, own.group ? `${own.group}/${own.version}` : own.version];
		}
	}
	throw new Error(`the document has no kind '${kind}'`);
}

// Objects of a namespace have a path with it; all documents name the kind beside each path.
function isNamespaced(kind: string, { paths }: OpenApi): boolean {
	return Object.entries(paths).some(
		([path, operations]) =>
			path.includes("/namespaces/{namespace}/") &&
			JSON.stringify(operations).includes(`"kind":"${kind}"`),
	);
}

const sorted = <T>(record: Readonly<Record<string, T>>) =>
	Object.fromEntries(
		Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)),
	);
