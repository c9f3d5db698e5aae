import type { Verb } from "../../topology/access.ts";
import type { Decision } from "./decision.ts";
import {
	checkAppended,
	presentReferrers,
	referrersLeftOut,
	sentReferrers,
	tagContent,
	withReferrers,
} from "./fallback-tags.ts";
import { dependsOnCurrent, judgeTag } from "./judgement.ts";
import {
	type Descriptor,
	MAX_MANIFEST_BYTES,
	type Manifest,
	mediaTypeOf,
	parseManifest,
} from "./manifest.ts";
import { type Answer, denied, RefusedError } from "./refusal.ts";
import { type ForwardedRequest, sha256 } from "./registry-client.ts";
import type { RegistryGate } from "./registry-gate.ts";
import type { ManifestTarget } from "./request-target.ts";

/** A manifest that has passed every rule that does not depend on what the registry holds. */
export interface ManifestWrite {
	readonly target: ManifestTarget;
	/** All tags to write: that of the path, or those of the query. */
	readonly tags: readonly string[];
	/** Of the principal. */
	readonly verbs: readonly Verb[];
	readonly manifest: Manifest;
	readonly digest: string;
	readonly forwarded: Omit<
		ForwardedRequest,
		"method" | "name" | "reference"
	> & {
		readonly body: Uint8Array;
	};
}

/**
 * Judges a write by what the registry holds now, and carries it out. Runs alone in its repository.
 *
 * @throws {RefusedError}
 */
export async function storeManifest(
	gate: RegistryGate,
	write: ManifestWrite,
	decision: Decision,
): Promise<Answer> {
	const { target, tags } = write;
	const fallback = tags.filter((tag) => tagContent(tag) !== "image");
	if (target.kind === "digest") {
		if (fallback.length > 0) {
			throw denied(
				`tag '${fallback[0]}' cannot be set by a query: push it by itself, so that what is under it is kept`,
			);
		}
		return storeByDigest();
	}
	if (fallback.length === 0) return storeImage(target.reference);
	return tagContent(target.reference) === "referrers"
		? storeReferrers(target.reference)
		: storeAttached(target.reference);

	async function storeByDigest(): Promise<Answer> {
		const toWrite: string[] = [];
		for (const tag of tags) {
			if ((await judge(tag)) === "write") toWrite.push(tag);
		}
		const answer = await put(target.reference);
		if (answer.status !== 201 || tags.length === 0) return answer;
		for (const tag of toWrite) {
			// distribution takes `?tag=` with a 201 and does not create the tag, so each is put by name.
			const tagged = await put(tag);
			if (tagged.status !== 201) return tagged;
		}
		// https://github.com/opencontainers/distribution-spec/pull/600
		return { ...answer, headers: { ...answer.headers, "oci-tag": tags } };
	}

	async function storeImage(tag: string): Promise<Answer> {
		if ((await judge(tag)) === "write") return put(tag);
		decision.outcome = "unchanged";
		return {
			status: 201,
			headers: {
				location: `/v2/${target.name}/manifests/${write.digest}`,
				"docker-content-digest": write.digest,
				"docker-distribution-api-version": "registry/2.0",
			},
			body: "",
		};
	}

	async function storeReferrers(tag: string): Promise<Answer> {
		const sent = sentReferrers(tag, write.manifest);
		const present = await stored(tag);
		if (!present) return put(tag);
		const leftOut = referrersLeftOut(presentReferrers(tag, present), sent);
		const kept = await stillThere(leftOut);
		if (kept.length === 0) return put(tag);
		const body = withReferrers(sent, kept);
		if (body.length > MAX_MANIFEST_BYTES) {
			throw new RefusedError(
				413,
				"MANIFEST_INVALID",
				`tag '${tag}' would list more referrers than fit into ${MAX_MANIFEST_BYTES} bytes: delete some`,
			);
		}
		decision.storedDigest = sha256(body);
		const answer = await put(tag, body);
		// A client that compares takes another digest than its own for a failure; none is allowed.
		const { "docker-content-digest": _stored, ...headers } = answer.headers;
		return { ...answer, headers };
	}

	async function storeAttached(tag: string): Promise<Answer> {
		checkAppended(tag, await stored(tag), write.manifest);
		return put(tag);
	}

	async function judge(tag: string): Promise<"write" | "unchanged"> {
		const tagWrite = {
			registry: gate.registry,
			verbs: write.verbs,
			repository: target.name,
			tag,
			digest: write.digest,
		};
		if (!dependsOnCurrent(tagWrite)) return "write";
		return judgeTag(tagWrite, await gate.client.resolve(target.name, tag));
	}

	async function stored(tag: string): Promise<Manifest | undefined> {
		const present = await gate.client.manifest(target.name, tag);
		return (
			present && parseManifest(mediaTypeOf(present.mediaType), present.body)
		);
	}

	// The registry refuses an index that lists a manifest it does not have.
	async function stillThere(listed: readonly Descriptor[]) {
		const found = await Promise.all(
			listed.map(({ digest }) => gate.client.resolve(target.name, digest)),
		);
		return listed.filter((_, i) => found[i] !== undefined);
	}

	async function put(
		reference: string,
		body = write.forwarded.body,
	): Promise<Answer> {
		decision.outcome = "allowed";
		return gate.client.forward({
			...write.forwarded,
			method: "PUT",
			name: target.name,
			reference,
			body,
		});
	}
}
