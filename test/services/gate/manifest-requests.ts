import { expect } from "vitest";
import { namingRule } from "../../../topology/naming.ts";
import type { Fixture, RawAnswer } from "./gate-fixture.ts";
import { OCI_MANIFEST } from "./manifests.ts";

/** A tag of the fixture's registry. */
export const TAG = "main-1-abcdef0";

/** A registry whose tags move and whose rules take everything. */
export const MOVING = {
	naming: namingRule("sandbox", true),
	createOnlyTags: false,
	grants: { ci: ["pull", "create", "retag"] },
} as const;

export interface ManifestPut {
	/** @default - `TAG` */
	readonly reference?: string;
	/** With its question mark. */
	readonly query?: string;
	/** @default - `team/app` */
	readonly name?: string;
	readonly type?: string;
	/** @default - one of `ci` that allows the push */
	readonly token?: string;
}

/** Puts a manifest through the gate. */
export function put(
	{ send, token }: Fixture,
	body: string | Buffer,
	{
		reference = TAG,
		query = "",
		name = "team/app",
		type = OCI_MANIFEST,
		token: bearer = token("ci", ["pull", "push"], name),
	}: ManifestPut = {},
): Promise<RawAnswer> {
	return send({
		method: "PUT",
		target: `/v2/${name}/manifests/${reference}${query}`,
		headers: { "Content-Type": type, Authorization: `Bearer ${bearer}` },
		body,
	});
}

/** The one error of an answer. */
export function errorOf({ headers, body }: RawAnswer) {
	expect(headers["content-type"]).toBe("application/json");
	const { errors } = JSON.parse(body);
	expect(errors).toHaveLength(1);
	expect(errors[0].detail).toBeNull();
	return { code: errors[0].code, message: errors[0].message };
}

/** The writes the registry saw. */
export const writes = ({ registry }: Fixture) =>
	registry.seen
		.filter(({ method }) => method === "PUT" || method === "DELETE")
		.map(({ method, target }) => `${method} ${target}`);
