import type { IncomingMessage } from "node:http";
import type { Answer } from "./refusal.ts";
import type { RegistryGate } from "./registry-gate.ts";
import { header } from "./request.ts";
import type { ManifestTarget } from "./request-target.ts";

/**
 * The registry's own answer to a request without sufficient rights, which sends the client to the
 * token service. The registry is asked without the client's token and body, so that whatever it
 * thinks of the token, nothing happens; the reason it would have given is added.
 *
 * @param error nothing where the client sent no token at all
 * @throws when the registry answers anything but 4xx: then it does not check tokens
 */
export async function challenge(
	{ client, registry }: RegistryGate,
	request: IncomingMessage,
	{ name, reference }: ManifestTarget,
	error: "invalid_token" | "insufficient_scope" | undefined,
): Promise<Answer> {
	const answer = await client.forward({
		method: request.method === "DELETE" ? "DELETE" : "PUT",
		name,
		reference,
		host: header(request, "host"),
		forwardedProto: header(request, "x-forwarded-proto"),
		userAgent: header(request, "user-agent"),
	});
	if (answer.status < 400) {
		throw new Error(
			`registry ${registry.name} took a write without a token: its token authentication is off`,
		);
	}
	const asked = answer.headers["www-authenticate"];
	if (typeof asked !== "string" || error === undefined) return answer;
	// As distribution writes it (registry/auth/token, challengeParams).
	const reason = `${asked},error="${error}"`;
	return {
		...answer,
		headers: { ...answer.headers, "www-authenticate": reason },
	};
}
