import type { GateRegistry } from "../../topology/gate-config.ts";
import type { Manifest } from "./manifest.ts";
import { denied, RefusedError } from "./refusal.ts";
import type { RegistryClient } from "./registry-client.ts";
import {
	labelsNotAnnotated,
	labelsNotConfigured,
	MAX_CONFIG_BYTES,
	needsLabels,
} from "./required-labels.ts";

/**
 * Makes sure that an image brings the labels its registry requires, as annotations of the manifest
 * or labels of its configuration. The configuration is fetched only if the annotations do not do.
 *
 * @throws {RefusedError} DENIED with the missing labels, MANIFEST_BLOB_UNKNOWN when the
 * configuration has not been pushed, MANIFEST_INVALID when it is too large
 */
export async function checkLabels(
	{ name: registry, requiredLabels }: GateRegistry,
	client: RegistryClient,
	repository: string,
	manifest: Manifest,
): Promise<void> {
	if (!needsLabels(manifest)) return;
	const left = labelsNotAnnotated(requiredLabels, manifest.document);
	if (left.length === 0) return;
	const { config } = manifest.document;
	if (config.size > MAX_CONFIG_BYTES) {
		throw new RefusedError(
			400,
			"MANIFEST_INVALID",
			`manifest invalid: its configuration has ${config.size} bytes: expected at most ${MAX_CONFIG_BYTES}`,
		);
	}
	const configuration = await client.blob(repository, config.digest);
	if (!configuration) {
		throw new RefusedError(
			400,
			"MANIFEST_BLOB_UNKNOWN",
			`the configuration ${config.digest} is not in ${repository}: push it before the manifest`,
		);
	}
	const missing = labelsNotConfigured(left, configuration);
	if (missing.length === 0) return;
	throw denied(
		`the image lacks the label ${missing.join(", ")}, which ${registry} requires: build with --label ${missing[0]}=…`,
	);
}
