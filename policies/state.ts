import { type Resource, SECRET } from "./resource.ts";

/** A stack's state as `pulumi stack export --show-secrets` prints it. */
interface Exported {
	readonly deployment?: {
		readonly resources?: readonly {
			readonly urn: string;
			readonly type: string;
			readonly inputs?: Readonly<Record<string, unknown>>;
			readonly outputs?: Readonly<Record<string, unknown>>;
			readonly protect?: boolean;
			readonly retainOnDelete?: boolean;
			readonly provider?: string;
			/** It was replaced, and still waits for its removal. */
			readonly delete?: boolean;
		}[];
	};
}

/** The resources of a finished state. What the program asked for wins over what the provider says about it. */
export function resourcesOfState(exported: unknown): readonly Resource[] {
	const { deployment } = exported as Exported;
	return (deployment?.resources ?? [])
		.filter((resource) => resource.delete !== true)
		.map(
			({
				urn,
				type,
				inputs = {},
				outputs = {},
				provider,
				...options
			}): Resource => {
				const props = { ...outputs, ...inputs };
				return {
					urn,
					type,
					name: nameOf(urn),
					props: inClear(props) as Resource["props"],
					encrypted: hidden(props),
					options: {
						protect: options.protect ?? false,
						retainOnDelete: options.retainOnDelete ?? false,
						// It is an option of a run and no part of the state.
						deleteBeforeReplace: false,
					},
					// `urn::id`
					...(provider && {
						provider: nameOf(provider.slice(0, provider.lastIndexOf("::"))),
					}),
				};
			},
		);
}

const nameOf = (urn: string): string => urn.slice(urn.lastIndexOf("::") + 2);

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET_SIGNATURE = "1b47061264138c4ac30d75fd1eb44270";

const isSecret = (value: object): value is { readonly plaintext?: string } =>
	(value as Readonly<Record<string, unknown>>)[SIGNATURE] === SECRET_SIGNATURE;

function inClear(value: unknown): unknown {
	if (typeof value !== "object" || value === null) return value;
	if (Array.isArray(value)) return value.map(inClear);
	if (isSecret(value)) return inClear(JSON.parse(value.plaintext ?? "null"));
	return mapped(value, inClear);
}

function hidden(value: unknown): unknown {
	if (typeof value !== "object" || value === null) return value;
	if (Array.isArray(value)) return value.map(hidden);
	return isSecret(value) ? SECRET : mapped(value, hidden);
}

const mapped = (value: object, change: (inner: unknown) => unknown) =>
	Object.fromEntries(
		Object.entries(value).map(([key, inner]) => [key, change(inner)]),
	);
