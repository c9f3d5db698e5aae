import { readFileSync } from "node:fs";
import type { KindSchemas } from "./cut-schema.ts";
import type { KubernetesObject } from "./object.ts";

/** The schemas of Kubernetes 1.34, as `take-schema.ts` left them. */
export const SCHEMAS = JSON.parse(
	readFileSync(new URL("./schema/kubernetes.json", import.meta.url), "utf8"),
) as KindSchemas;

/** The schema of an object's kind. @returns nothing for a kind that none was taken of */
export function kindOf({ apiVersion, kind }: KubernetesObject) {
	return SCHEMAS.kinds[`${apiVersion} ${kind}`];
}
