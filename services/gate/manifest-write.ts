import type { IncomingMessage } from "node:http";
import { challenge } from "./challenge.ts";
import { type Decision, noteActor } from "./decision.ts";
import {
	checkName,
	checkTag,
	checkWritable,
	principalOf,
	verbsOf,
} from "./judgement.ts";
import { checkLabels } from "./label-check.ts";
import { MAX_MANIFEST_BYTES, mediaTypeOf, parseManifest } from "./manifest.ts";
import { type Answer, denied, RefusedError } from "./refusal.ts";
import { sha256 } from "./registry-client.ts";
import type { RegistryGate } from "./registry-gate.ts";
import { BodyTooLargeError, bearerToken, header, readBody } from "./request.ts";
import { type ManifestTarget, parseManifestTarget } from "./request-target.ts";
import { storeManifest } from "./store-manifest.ts";
import { allows, type TokenClaims } from "./tokens.ts";

/** Judges a PUT of a manifest and carries it out. */
export async function putManifest(
	gate: RegistryGate,
	request: IncomingMessage,
	bodyIdleMs: number,
	decision: Decision,
): Promise<Answer> {
	const { registry, client, queue } = gate;
	const target = readTarget(request, decision);
	const claims = authenticate(gate, request, decision);
	// An image whose blobs are all there comes without the upload that would have been told.
	if (claims) checkWritable(registry);
	const verbs = claims ? verbsOf(registry, claims.sub) : [];
	const mayPush = verbs.includes("create") || verbs.includes("retag");
	// The token service gives no `push` for such a name; the person pushing is told why.
	if (mayPush) checkName(registry, target.name);
	if (!claims || !allows(claims, target.name, "push")) {
		return challenged(gate, request, target, claims, decision);
	}
	if (!mayPush) throw noLonger(decision, "push to");
	const tags = tagsOf(target);
	for (const tag of tags) checkTag(registry, tag);

	const body = await readManifest(request, bodyIdleMs);
	const digest = sha256(body);
	decision.digest = digest;
	if (target.kind === "digest" && target.reference !== digest) {
		throw new RefusedError(
			400,
			"DIGEST_INVALID",
			`the manifest's digest is ${digest}: expected ${target.reference}, as the path says`,
		);
	}
	const mediaType = mediaTypeOf(header(request, "content-type"));
	const manifest = parseManifest(mediaType, body);
	await checkLabels(registry, client, target.name, manifest);
	return queue.run(target.name, () =>
		storeManifest(
			gate,
			{
				target,
				tags,
				verbs,
				manifest,
				digest,
				forwarded: { ...clientHeaders(request), contentType: mediaType, body },
			},
			decision,
		),
	);
}

/** Judges a DELETE of a tag or manifest and passes it on. */
export async function deleteManifest(
	gate: RegistryGate,
	request: IncomingMessage,
	decision: Decision,
): Promise<Answer> {
	const { registry, client, queue } = gate;
	const target = readTarget(request, decision);
	const claims = authenticate(gate, request, decision);
	if (!claims || !allows(claims, target.name, "delete")) {
		return challenged(gate, request, target, claims, decision);
	}
	if (!verbsOf(registry, claims.sub).includes("delete")) {
		throw noLonger(decision, "delete in");
	}
	decision.outcome = "allowed";
	const { name, reference } = target;
	return queue.run(name, () =>
		client.forward({
			method: "DELETE",
			name,
			reference,
			...clientHeaders(request),
		}),
	);
}

function readTarget(request: IncomingMessage, decision: Decision) {
	const target = parseManifestTarget(request.url ?? "");
	decision.name = target.name;
	decision.reference = target.reference;
	return target;
}

async function readManifest(request: IncomingMessage, idleMs: number) {
	try {
		return await readBody(request, { bytes: MAX_MANIFEST_BYTES, idleMs });
	} catch (error) {
		if (!(error instanceof BodyTooLargeError)) throw error;
		throw new RefusedError(413, "MANIFEST_INVALID", error.message);
	}
}

function authenticate(
	{ tokens }: RegistryGate,
	request: IncomingMessage,
	decision: Decision,
): TokenClaims | undefined {
	const claims = tokens.verify(bearerToken(request) ?? "");
	if (claims) {
		decision.principal = principalOf(claims.sub) ?? claims.sub;
		noteActor(decision, claims.act);
	}
	return claims;
}

function challenged(
	gate: RegistryGate,
	request: IncomingMessage,
	target: ManifestTarget,
	claims: TokenClaims | undefined,
	decision: Decision,
): Promise<Answer> {
	decision.outcome = "challenged";
	const sent = bearerToken(request) === undefined ? undefined : "invalid_token";
	const error = claims ? "insufficient_scope" : sent;
	decision.reason = error ?? "no token";
	return challenge(gate, request, target, error);
}

/** All tags a PUT writes. */
function tagsOf({ kind, reference, queryTags }: ManifestTarget) {
	if (kind === "digest") return queryTags;
	if (queryTags.length === 0) return [reference];
	throw new RefusedError(
		400,
		"TAG_INVALID",
		`the path has the tag '${reference}' and the query another: expected tags in the query beside a digest only`,
	);
}

// A token lives on for minutes after the table it was minted by.
function noLonger({ principal, registry }: Decision, what: string) {
	return denied(`${principal} may not ${what} ${registry}`);
}

function clientHeaders(request: IncomingMessage) {
	return {
		host: header(request, "host"),
		forwardedProto: header(request, "x-forwarded-proto"),
		userAgent: header(request, "user-agent"),
		authorization: header(request, "authorization"),
	};
}
