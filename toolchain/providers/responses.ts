// Default imports throughout: these modules fill `exports` at run time, so Node finds no names in them.
import providerMessages from "@pulumi/pulumi/proto/provider_pb.js";
import type { Struct } from "google-protobuf/google/protobuf/struct_pb.js";
import struct from "google-protobuf/google/protobuf/struct_pb.js";
import type { CheckedInputs } from "./check.ts";
import type { PropertyChange } from "./diff.ts";
import type { Difference } from "./provider.ts";
import type { PropertyMap } from "./values.ts";

/** The properties of a request; none is an empty map. */
export function toMap(properties: Struct | undefined): PropertyMap {
	return (properties?.toJavaScript() ?? {}) as PropertyMap;
}

/** Properties as a response carries them. */
export function toStruct(properties: PropertyMap): Struct {
	return struct.Struct.fromJavaScript(properties);
}

export function checkResponse({ inputs, failures }: CheckedInputs) {
	return new providerMessages.CheckResponse()
		.setInputs(toStruct(inputs))
		.setFailuresList(
			failures.map(({ property, reason }) =>
				new providerMessages.CheckFailure()
					.setProperty(property)
					.setReason(reason),
			),
		);
}

/** The changes by top-level property and, in detail, by path. */
export function diffResponse({ changes, deleteBeforeReplace }: Difference) {
	const { DIFF_NONE, DIFF_SOME } = providerMessages.DiffResponse.DiffChanges;
	const response = new providerMessages.DiffResponse()
		.setChanges(changes.length > 0 ? DIFF_SOME : DIFF_NONE)
		.setDiffsList(topLevel(changes))
		.setReplacesList(topLevel(changes.filter(({ replace }) => replace)))
		.setDeletebeforereplace(deleteBeforeReplace)
		.setHasdetaileddiff(true);
	const detailed = response.getDetaileddiffMap();
	for (const { path, kind, replace } of changes)
		detailed.set(
			path,
			new providerMessages.PropertyDiff().setKind(kindOf(kind, replace)),
		);
	return response;
}

function topLevel(changes: readonly PropertyChange[]): string[] {
	return [...new Set(changes.map(({ path }) => path.split(/[.[]/, 1).join()))];
}

function kindOf(kind: PropertyChange["kind"], replace: boolean) {
	const { Kind } = providerMessages.PropertyDiff;
	switch (kind) {
		case "add":
			return replace ? Kind.ADD_REPLACE : Kind.ADD;
		case "delete":
			return replace ? Kind.DELETE_REPLACE : Kind.DELETE;
		case "update":
			return replace ? Kind.UPDATE_REPLACE : Kind.UPDATE;
	}
}
