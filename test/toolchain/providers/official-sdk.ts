import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

// The official SDKs are generated from the official schemas, so what a plugin takes and returns can be read
// from them: `resourceInputs["x"] = args?.x` in the JavaScript, interfaces in the declarations.

const require = createRequire(import.meta.url);

/** What the official SDK says about one resource or one object type. */
export interface OfficialShape {
	readonly names: readonly string[];
	readonly required: readonly string[];
}

/** One official SDK package, `docker` or `random`. */
export class OfficialSdk {
	readonly #folder: string;

	constructor(name: string) {
		this.#folder = dirname(require.resolve(`@pulumi/${name}/package.json`));
	}

	/** The version of the installed package, and of the plugin it asks for. */
	get version(): string {
		return JSON.parse(this.#read("package.json")).version;
	}

	/** The inputs of a resource, from `export interface <Type>Args`. */
	inputs(file: string, type: string): OfficialShape {
		return members(interfaceBody(this.#read(`${file}.d.ts`), `${type}Args`));
	}

	/** The outputs of a resource, from its class. */
	outputs(file: string, type: string): string[] {
		const body = this.#read(`${file}.d.ts`).split(`class ${type} `)[1] ?? "";
		return [...body.matchAll(/^ {4}readonly (\w+): pulumi\.Output</gm)]
			.map(([, name = ""]) => name)
			.sort();
	}

	/** The outputs a resource marks as secret whatever the program does. */
	secretOutputs(file: string): string[] {
		const [, list = ""] =
			/additionalSecretOutputs: \[([^\]]*)\]/.exec(this.#read(`${file}.js`)) ??
			[];
		return [...list.matchAll(/"(\w+)"/g)].map(([, name = ""]) => name).sort();
	}

	/** The properties of an object type among the inputs. */
	type(name: string): OfficialShape {
		return members(interfaceBody(this.#read("types/input.d.ts"), name));
	}

	#read(file: string): string {
		return readFileSync(join(this.#folder, file), "utf8");
	}
}

function interfaceBody(declarations: string, name: string): string {
	const [, body] =
		new RegExp(`export interface ${name} \\{\\n([\\s\\S]*?)^\\}`, "m").exec(
			declarations,
		) ?? [];
	if (body === undefined) throw new Error(`the SDK has no interface ${name}`);
	return body;
}

function members(body: string): OfficialShape {
	const found = [...body.matchAll(/^ {4}(\w+)(\??): /gm)];
	return {
		names: found.map(([, name = ""]) => name).sort(),
		required: found
			.filter(([, , optional]) => optional === "")
			.map(([, name = ""]) => name)
			.sort(),
	};
}
