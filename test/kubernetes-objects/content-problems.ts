import { type KubernetesObject, named } from "./object.ts";

const KEY = /^(?!\.\.?$)[A-Za-z0-9._-]{1,253}$/;

// https://kubernetes.io/docs/concepts/configuration/secret/#restriction-data-size
const LARGEST_BYTES = 1_048_576;

/** Content of Secrets and ConfigMaps that the API server refuses. */
export function contentProblems(
	objects: readonly KubernetesObject[],
): readonly string[] {
	return objects
		.filter(({ kind }) => kind === "Secret" || kind === "ConfigMap")
		.flatMap((object) => {
			const content = contentOf(object);
			const bytes = [...content.values()].reduce((a, b) => a + b, 0);
			return [
				...[...content.keys()]
					.filter((key) => !KEY.test(key))
					.map(
						(key) =>
							`has the key '${key}', expected letters, digits, '-', '_' and '.'`,
					),
				...(bytes > LARGEST_BYTES
					? [`has ${bytes} bytes, expected at most ${LARGEST_BYTES}`]
					: []),
			].map((problem) => `${named(object)}: ${problem}`);
		});
}

/** Bytes by key of a Secret or ConfigMap. */
export function contentOf(
	object: KubernetesObject,
): ReadonlyMap<string, number> {
	const texts = object.kind === "Secret" ? "stringData" : "data";
	const bytes = object.kind === "Secret" ? "data" : "binaryData";
	return new Map([
		...entries(object[bytes]).map(
			([key, value]) => [key, Buffer.byteLength(value, "base64")] as const,
		),
		...entries(object[texts]).map(
			([key, value]) => [key, Buffer.byteLength(value)] as const,
		),
	]);
}

const entries = (map: unknown) =>
	Object.entries((map ?? {}) as Readonly<Record<string, string>>);
