import type { Logger } from "pino";
import { PRINCIPALS } from "../../topology/access.ts";
import type { GateRegistry } from "../../topology/gate-config.ts";
import { printable } from "../oci/printable.ts";
import { type Answer, ociError, RefusedError } from "./refusal.ts";
import { RegistryUnavailableError } from "./registry-client.ts";
import { BodyIncompleteError } from "./request.ts";
import { TokenRequestError, tokenError } from "./token-request.ts";
import type { Actor } from "./tokens.ts";

/** What the gate decided about one request: one line of its log. Never holds a secret. */
export interface Decision {
	readonly action: "token" | "put" | "delete" | "upload";
	readonly registry: string;
	principal?: string;
	/** The federated identity a token was given to, and whom its issuer calls so. */
	identity?: string;
	subject?: string;
	/** The repository. */
	name?: string;
	/** The tag or digest of the request. */
	reference?: string;
	/** Of the manifest that was sent. */
	digest?: string;
	/** Of the manifest that was stored, where it is another one. */
	storedDigest?: string;
	/** The scopes a token was given. */
	granted?: readonly string[];
	/**
	 * `unchanged` is a push that had been done before, `challenged` sent the client for a token,
	 * `failed` is nobody's decision: the client went away, the registry did not do what was allowed, or
	 * the gate broke.
	 */
	outcome: "allowed" | "unchanged" | "refused" | "challenged" | "failed";
	reason?: string;
}

/** Seconds after which a client may try a registry that did not answer again. */
const RETRY_AFTER_SECONDS = 5;

/**
 * Takes a decision, answers and logs it. Whatever `work` throws becomes an answer a client shows;
 * `work` fills in what it learns about the request as it goes.
 */
export async function decide(
	registry: GateRegistry,
	action: Decision["action"],
	log: Logger,
	work: (decision: Decision) => Answer | Promise<Answer>,
): Promise<Answer> {
	const started = performance.now();
	const decision: Decision = {
		action,
		registry: registry.name,
		outcome: "failed",
	};
	const { answer, error } = await attempt();
	if (decision.outcome === "allowed" && answer.status >= 400) {
		decision.outcome = "failed";
		decision.reason = `the registry answered ${answer.status}`;
	}
	const durationMs = Math.round((performance.now() - started) * 10) / 10;
	const line = { ...decision, status: answer.status, durationMs };
	if (error) log.error({ ...line, err: error });
	else log.info(line);
	return answer;

	async function attempt(): Promise<{ answer: Answer; error?: unknown }> {
		try {
			return { answer: await work(decision) };
		} catch (error) {
			decision.reason = (error as Error).message;
			if (error instanceof RefusedError) {
				decision.outcome = "refused";
				return { answer: ociError(error) };
			}
			if (error instanceof TokenRequestError) {
				decision.outcome = "refused";
				decision.reason = error.reason;
				return { answer: tokenError(error, registry.service) };
			}
			decision.outcome = "failed";
			if (error instanceof BodyIncompleteError) return { answer: INCOMPLETE };
			return error instanceof RegistryUnavailableError
				? { answer: unavailable(registry.name), error }
				: { answer: BROKEN, error };
		}
	}
}

/** Notes the federated identity that acts as the principal, if one does. */
export function noteActor(decision: Decision, actor: Actor | undefined): void {
	if (!actor) return;
	decision.identity = actor.identity;
	decision.subject = printable(actor.sub);
}

/** A user name as it may be logged: people type passwords into the wrong field. */
export function loggedUser(username: string): string {
	return PRINCIPALS.some((p) => p === username) ? username : "unknown";
}

function unavailable(registry: string): Answer {
	return ociError(
		{
			status: 503,
			code: "UNAVAILABLE",
			message: `${registry} does not answer at the moment: retry`,
		},
		{ "Retry-After": String(RETRY_AFTER_SECONDS) },
	);
}

const INCOMPLETE = ociError({
	status: 408,
	code: "UNKNOWN",
	message: "the body did not arrive: retry",
});

const BROKEN = ociError({
	status: 500,
	code: "UNKNOWN",
	message: "the gate failed; its log has the reason",
});
