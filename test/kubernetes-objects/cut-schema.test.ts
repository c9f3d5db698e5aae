import { expect, test } from "vitest";
import { cutSchema, type OpenApi, withCustomKind } from "./cut-schema.ts";

const PREFIX = "#/components/schemas/";

const DOCUMENT: OpenApi = {
	paths: {
		"/apis/shop/v1/namespaces/{namespace}/carts": { get: { kind: "Cart" } },
		"/apis/shop/v1/shops": { get: { kind: "Shop" } },
	},
	components: {
		schemas: {
			Cart: {
				...{ type: "object", description: "prose" },
				properties: {
					kind: { type: "string" },
					spec: { allOf: [{ $ref: `${PREFIX}CartSpec` }] },
					status: { $ref: `${PREFIX}Unused` },
				},
				"x-kubernetes-group-version-kind": [
					{ group: "shop", version: "v1", kind: "Cart" },
				],
			},
			CartSpec: {
				type: "object",
				properties: {
					size: { type: "string", enum: ["large"] },
					status: { type: "string" },
					labels: { type: "object", additionalProperties: { type: "string" } },
				},
				required: ["size"],
			},
			Shop: {
				type: "object",
				"x-kubernetes-group-version-kind": [
					{ group: "", version: "v1", kind: "Shop" },
				],
			},
			Unused: { type: "object" },
		},
	},
};

test("leaves what says which objects are right, strictly, and a spec that has required fields required", () => {
	expect(cutSchema([{ kinds: ["Shop", "Cart"], document: DOCUMENT }])).toEqual({
		kinds: {
			"shop/v1 Cart": { $ref: "#/definitions/Cart", namespaced: true },
			"v1 Shop": { $ref: "#/definitions/Shop", namespaced: false },
		},
		definitions: {
			Cart: {
				type: "object",
				properties: {
					kind: { type: "string" },
					spec: { $ref: "#/definitions/CartSpec" },
				},
				additionalProperties: false,
				required: ["spec"],
			},
			CartSpec: {
				type: "object",
				properties: {
					size: { type: "string", enum: ["large"] },
					status: { type: "string" },
					labels: { type: "object", additionalProperties: { type: "string" } },
				},
				additionalProperties: false,
				required: ["size"],
			},
			Shop: { type: "object" },
		},
	});
});

test("adds a kind that clusters get from elsewhere, with the metadata of all objects", () => {
	const { kinds, definitions } = withCustomKind(
		{ kinds: {}, definitions: {} },
		{
			spec: {
				group: "till.example",
				scope: "Namespaced",
				names: { kind: "Till" },
				versions: [
					{
						name: "v1",
						schema: {
							openAPIV3Schema: {
								type: "object",
								properties: {
									metadata: { type: "object" },
									spec: {
										type: "object",
										properties: { coins: { type: "integer" } },
										required: ["coins"],
									},
								},
							},
						},
					},
				],
			},
		},
	);
	expect(kinds).toEqual({
		"till.example/v1 Till": {
			$ref: "#/definitions/till.example.v1.Till",
			namespaced: true,
		},
	});
	expect(definitions).toEqual({
		"till.example.v1.Till": {
			type: "object",
			properties: {
				metadata: {
					$ref: "#/definitions/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta",
				},
				spec: {
					type: "object",
					properties: { coins: { type: "integer" } },
					additionalProperties: false,
					required: ["coins"],
				},
			},
			additionalProperties: false,
			required: ["spec"],
		},
	});
});

test("refuses a kind that the document does not have", () => {
	expect(() => cutSchema([{ kinds: ["Till"], document: DOCUMENT }])).toThrow(
		new Error("the document has no kind 'Till'"),
	);
});
