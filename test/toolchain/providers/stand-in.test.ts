import { beforeEach, describe, expect, test } from "vitest";
import {
	IncompleteError,
	type Provider,
	type Resource,
	type ResourceType,
} from "../../../toolchain/providers/provider.ts";
import type { PackageSchema } from "../../../toolchain/providers/schema.ts";
import { StandIn } from "../../../toolchain/providers/stand-in.ts";
import {
	type PropertyMap,
	secret,
	UNKNOWN,
} from "../../../toolchain/providers/values.ts";

const schema: PackageSchema = {
	name: "zoo",
	version: "1.2.3",
	config: {
		variables: { host: { type: "string" }, open: { type: "boolean" } },
	},
	types: {
		"zoo:index/Gate:Gate": {
			type: "object",
			properties: {
				width: { type: "integer" },
				key: { type: "string", computed: true },
			},
		},
	},
	resources: {
		"zoo:index/cage:Cage": {
			inputProperties: {
				name: { type: "string", autoname: true, willReplaceOnChanges: true },
				animal: { type: "string", willReplaceOnChanges: true },
				size: { type: "integer", default: 1 },
				note: { type: "string" },
				mood: { type: "string" },
				gates: {
					type: "array",
					items: { $ref: "#/types/zoo:index/Gate:Gate" },
				},
			},
			requiredInputs: ["animal"],
			properties: {
				name: { type: "string" },
				animal: { type: "string" },
				mood: { type: "string" },
				code: { type: "string", secret: true },
			},
			required: ["name", "animal", "mood", "code"],
		},
	},
};

const CAGE = "zoo:index/cage:Cage";
const seed = Buffer.from("0123456789abcdef", "hex");
const target = {
	type: CAGE,
	call: {
		name: "lion",
		signal: new AbortController().signal,
		timeoutSeconds: 0,
		log: () => {},
		status: () => {},
	},
};

/** A cage that remembers what it was asked for. */
class RecordingType implements ResourceType {
	readonly seen: PropertyMap[] = [];
	found: Resource | undefined;
	incomplete = false;
	comparedWith?: "inputs";
	recomputed = ["code"];
	insignificant = ["note"];

	async check(inputs: PropertyMap) {
		const failures =
			inputs.animal === "dragon"
				? [{ property: "animal", reason: "there are none" }]
				: [];
		return { failures, additions: { mood: "calm", size: 9 } };
	}
	async create(inputs: PropertyMap) {
		this.seen.push(inputs);
		const resource = {
			id: "id-1",
			outputs: { ...inputs, code: "1234", echo: `it is a ${inputs.animal}` },
		};
		if (this.incomplete) throw new IncompleteError("it sulks", resource);
		return resource;
	}
	async read(resource: Resource, inputs: PropertyMap) {
		this.seen.push(resource.outputs, inputs);
		return this.found;
	}
	async update(resource: Resource, inputs: PropertyMap): Promise<PropertyMap> {
		this.seen.push(resource.outputs, inputs);
		return { code: "5678" };
	}
	async delete(resource: Resource) {
		this.seen.push(resource.outputs);
	}
}

let cage: RecordingType;
let configured: PropertyMap;
let standIn: StandIn;

beforeEach(async () => {
	cage = new RecordingType();
	const provider: Provider = {
		schema,
		configure: async (config) => {
			configured = config;
			return { [CAGE]: cage };
		},
	};
	standIn = new StandIn(provider);
	await standIn.configure({
		host: "here",
		open: "true",
		version: "1.2.3",
		__internal: {},
	});
});

const check = (inputs: PropertyMap, old: PropertyMap = {}) =>
	standIn.check(target, inputs, old, seed);
const checked = async (inputs: PropertyMap, old?: PropertyMap) =>
	(await check(inputs, old)).inputs;
const diff = (
	state: PropertyMap,
	inputs: PropertyMap,
	oldInputs: PropertyMap = {},
) => standIn.diff(target, state, oldInputs, inputs, []);

describe("configuration", () => {
	test("arrives parsed and without what the engine adds", () => {
		expect(configured).toEqual({ host: "here", open: true });
	});

	test("is checked, and compared by what it means", () => {
		const { failures } = standIn.checkConfig({ open: "maybe", hots: "x" });
		expect(failures).toEqual([
			{ property: "open", reason: 'expected true or false, got "maybe"' },
			{
				property: "hots",
				reason: 'unknown property "hots"; known are host, open',
			},
		]);
		expect(
			standIn.diffConfig(
				{ host: "a", open: "true" },
				{ host: secret("b"), open: "true", version: "2" },
			),
		).toEqual([{ path: "host", kind: "update", replace: false }]);
	});
});

describe("names", () => {
	test("are given with seven hex digits of the engine's seed", async () => {
		expect((await checked({ animal: "lion" })).name).toBe("lion-0123456");
	});

	test("stay over updates, and are new in a replacement, which has no old inputs", async () => {
		const old = {
			...(await checked({ animal: "lion" })),
			name: "lion-fffffff",
		};
		expect((await checked({ animal: "lion" }, old)).name).toBe("lion-fffffff");
		expect((await checked({ animal: "lion" })).name).toBe("lion-0123456");
	});

	test("that the program gave are taken as they are, and not kept when it drops them", async () => {
		const explicit = await checked({ animal: "lion", name: "Leo" });
		expect(explicit.name).toBe("Leo");
		expect((await checked({ animal: "lion" }, explicit)).name).toBe(
			"lion-0123456",
		);
	});

	test("that the program gave make a replacement remove the old resource first", async () => {
		const explicit = await checked({ animal: "tiger", name: "Leo" });
		const automatic = await checked({ animal: "tiger" });
		const state = { animal: "lion", name: "Leo", size: 1 };
		expect(diff(state, explicit).deleteBeforeReplace).toBe(true);
		expect(
			diff({ ...state, name: "lion-0123456" }, automatic).deleteBeforeReplace,
		).toBe(false);
		expect(diff({ ...state, name: "Nala" }, explicit).deleteBeforeReplace).toBe(
			false,
		);
	});
});

describe("a check", () => {
	test("fills in defaults and what the type adds, and keeps secrets", async () => {
		expect(
			await checked({ animal: secret("lion"), gates: [{ width: 1 }] }),
		).toEqual({
			animal: secret("lion"),
			gates: [{ width: 1 }],
			mood: "calm",
			name: "lion-0123456",
			size: 1,
			__defaults: ["size", "mood", "name"],
		});
	});

	test("asks the type only when the schema is content", async () => {
		expect((await check({ animal: "dragon" })).failures).toEqual([
			{ property: "animal", reason: "there are none" },
		]);
		expect((await check({ animal: "dragon", size: "big" })).failures).toEqual([
			{ property: "size", reason: 'expected a whole number, got "big"' },
		]);
	});

	test("refuses a type that is not served, with those that are", async () => {
		const other = { ...target, type: "zoo:index/pond:Pond" };
		await expect(standIn.check(other, {}, {}, seed)).rejects.toThrow(
			"the stand-in for the zoo plugin does not serve zoo:index/pond:Pond; it serves zoo:index/cage:Cage. Install the official plugin zoo 1.2.3 to use it",
		);
	});
});

describe("a diff", () => {
	const state = {
		animal: "lion",
		name: "lion-0123456",
		size: 1,
		mood: "calm",
		code: secret("1234"),
	};

	test("compares the state with the inputs, secret or not", async () => {
		const inputs = await checked(
			{ animal: secret("lion") },
			{ name: state.name, __defaults: ["name"] },
		);
		expect(diff(state, inputs).changes).toEqual([]);
		expect(
			diff(state, { ...inputs, size: 2, animal: UNKNOWN }).changes,
		).toEqual([
			{ path: "animal", kind: "update", replace: true },
			{ path: "size", kind: "update", replace: false },
		]);
	});

	test("compares inputs with inputs for a type that wants it", async () => {
		cage.comparedWith = "inputs";
		const inputs = await checked({ animal: "lion" });
		expect(diff({}, inputs, inputs).changes).toEqual([]);
		expect(diff(state, inputs, { ...inputs, size: 3 }).changes).toEqual([
			{ path: "size", kind: "update", replace: false },
		]);
	});

	test("leaves out what the program ignores and what means nothing", async () => {
		const inputs = await checked({
			animal: "lion",
			note: "new",
			size: 5,
			gates: [{ width: 2 }],
		});
		const { changes } = standIn.diff(
			target,
			{ ...state, gates: [{ width: 1 }] },
			{},
			inputs,
			["size", "gates[0].width"],
		);
		expect(changes).toEqual([]);
	});
});

describe("a preview", () => {
	test("of a creation knows the inputs and nothing the resource computes", async () => {
		const inputs = await checked({ animal: secret("lion") });
		expect(standIn.previewCreate(target, inputs)).toEqual({
			animal: secret("lion"),
			name: "lion-0123456",
			mood: "calm",
			size: 1,
			code: UNKNOWN,
		});
		expect(cage.seen).toEqual([]);
	});

	test("of an update keeps what it does not compute anew", async () => {
		const state = {
			animal: "lion",
			name: "n",
			mood: "wild",
			note: "old",
			code: secret("1234"),
			gates: [{ width: 1, key: "k" }],
		};
		const inputs = {
			animal: "lion",
			name: "n",
			size: 2,
			gates: [{ width: 3 }],
			__defaults: [],
		};
		expect(standIn.previewUpdate(target, state, inputs)).toEqual({
			animal: "lion",
			name: "n",
			mood: "wild",
			size: 2,
			gates: [{ width: 3, key: "k" }],
			code: UNKNOWN,
		});
	});
});

describe("a creation", () => {
	test("reveals secrets to the type and hides them again, with what derives from them", async () => {
		const inputs = await checked({ animal: secret("lion") });
		const { id, outputs } = await standIn.create(target, inputs);
		expect(cage.seen).toEqual([
			{ animal: "lion", name: "lion-0123456", mood: "calm", size: 1 },
		]);
		expect(id).toBe("id-1");
		expect(outputs).toEqual({
			animal: secret("lion"),
			name: secret("lion-0123456"),
			mood: "calm",
			size: 1,
			code: secret("1234"),
			echo: secret("it is a lion"),
		});
	});

	test("that is incomplete is recorded, replaced by the next update, and stays so over a refresh", async () => {
		cage.incomplete = true;
		const inputs = await checked({ animal: "lion" });
		const failure = await standIn
			.create(target, inputs)
			.catch((error) => error);
		expect(failure).toBeInstanceOf(IncompleteError);
		expect(failure.message).toBe("it sulks");
		const state = failure.resource.outputs;
		expect(state).toMatchObject({ animal: "lion", code: secret("1234") });
		const tainted = [{ path: "__tainted", kind: "delete", replace: true }];
		expect(diff(state, inputs).changes).toEqual(tainted);
		cage.found = {
			id: "id-1",
			outputs: { animal: "lion", name: "lion-0123456", size: 1, mood: "calm" },
		};
		const read = await standIn.read(target, failure.resource, inputs);
		expect(diff(read?.outputs ?? {}, inputs).changes).toEqual(tainted);
	});
});

describe("a read", () => {
	test("hides what the inputs hide, and says when the resource is gone", async () => {
		const inputs = await checked({ animal: secret("lion") });
		const resource = {
			id: "id-1",
			outputs: { animal: secret("lion"), code: secret("1234") },
		};
		expect(await standIn.read(target, resource, inputs)).toBeUndefined();
		expect(cage.seen[0]).toEqual({ animal: "lion", code: "1234" });
		cage.found = {
			id: "id-2",
			outputs: { animal: "lion", code: "9", size: 4 },
		};
		expect(await standIn.read(target, resource, inputs)).toEqual({
			id: "id-2",
			outputs: { animal: secret("lion"), code: secret("9"), size: 4 },
		});
	});

	test("of something the program did not make is refused", async () => {
		await expect(
			standIn.read(target, { id: "x", outputs: {} }, {}),
		).rejects.toThrow(
			'the stand-in for the zoo plugin cannot adopt an existing resource (zoo:index/cage:Cage "x")',
		);
	});
});

test("an update returns the inputs over what was computed, hidden as before", async () => {
	const inputs = await checked({ animal: secret("lion"), size: 2 });
	const state = {
		animal: secret("lion"),
		name: "n",
		mood: "wild",
		note: "old",
		code: secret("1234"),
		echo: "e",
	};
	expect(
		await standIn.update(target, { id: "id-1", outputs: state }, inputs),
	).toEqual({
		animal: secret("lion"),
		name: secret("lion-0123456"),
		mood: "calm",
		size: 2,
		code: secret("5678"),
		echo: "e",
	});
});

test("a deletion gets the state revealed", async () => {
	await standIn.delete(target, {
		id: "id-1",
		outputs: { code: secret("1234") },
	});
	expect(cage.seen).toEqual([{ code: "1234" }]);
});
