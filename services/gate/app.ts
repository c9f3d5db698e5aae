import type { IncomingMessage } from "node:http";
import type { HttpBindings } from "@hono/node-server";
import { type Context, Hono } from "hono";
import type { Logger } from "pino";
import { type Decision, decide } from "./decision.ts";
import { checkName, checkWritable } from "./judgement.ts";
import { deleteManifest, putManifest } from "./manifest-write.ts";
import { type Answer, ociError, RefusedError } from "./refusal.ts";
import type { RegistryGate } from "./registry-gate.ts";
import { BodyTooLargeError, discardBody, header, readBody } from "./request.ts";
import { parseUploadTarget, rawPath, rawQuery } from "./request-target.ts";
import {
	parseTokenForm,
	parseTokenQuery,
	TokenRequestError,
} from "./token-request.ts";
import { grantToken } from "./token-service.ts";

/** What the application needs besides its registries. */
export interface AppOptions {
	readonly log: Logger;
	/** How long a client may send nothing in the middle of a body, in milliseconds. */
	readonly bodyIdleMs: number;
}

type Env = { Bindings: HttpBindings };
type Work = (
	gate: RegistryGate,
	request: IncomingMessage,
	decision: Decision,
) => Answer | Promise<Answer>;

/** Largest form of a token request, in bytes: 64 scopes of the greatest length and credentials. */
const MAX_FORM_BYTES = 128 * 1024;

/** The routes of a gate. The front sends nothing else here, and never what asks for health or keys. */
export function gateApp(
	gates: readonly RegistryGate[],
	{ log, bodyIdleMs }: AppOptions,
): Hono<Env> {
	const byName = new Map(gates.map((gate) => [gate.registry.name, gate]));
	const app = new Hono<Env>({
		// Routed by what the client wrote, like everything else that is decided here.
		getPath: (_request, options) => rawPath(options?.env?.incoming.url ?? "/"),
	});
	app.get("/healthz", (c) => c.json({ status: "ok" }));
	app.get("/keys", (c) => c.json(keyIds()));
	app.get("/auth/token", guarded("token", tokenByQuery));
	app.post("/auth/token", guarded("token", tokenByForm));
	app.get("/authorize/upload", authorizeUpload);
	app.put("/v2/*", guarded("put", put));
	app.delete("/v2/*", guarded("delete", deleteManifest));
	app.post("/v2/*", guarded("upload", explainUpload));
	app.notFound((c) => send(c, NOT_SERVED));
	return app;

	// The pod of a registry waits for its new key here, before it takes no other: in one line without
	// spaces, so that `grep` finds `"prod":"<kid>"`.
	function keyIds(): Readonly<Record<string, string>> {
		return Object.fromEntries(
			gates.map(({ registry, tokens }) => [registry.name, tokens.kid]),
		);
	}

	function gateOf(request: IncomingMessage): RegistryGate | undefined {
		return byName.get(header(request, "x-registry") ?? "");
	}

	function guarded(action: Decision["action"], work: Work) {
		return async (c: Context<Env>) => {
			const { incoming } = c.env;
			const gate = gateOf(incoming);
			if (!gate) return send(c, MISDIRECTED);
			const answer = await decide(gate.registry, action, log, (decision) =>
				work(gate, incoming, decision),
			);
			await discardBody(incoming, bodyIdleMs);
			return send(c, answer);
		};
	}

	// nginx takes 2xx for yes and 403 for no; every other status it turns into an error of its own.
	// Not logged: what is refused here comes again as the upload itself.
	function authorizeUpload(c: Context<Env>): Response {
		const { incoming } = c.env;
		const gate = gateOf(incoming);
		if (!gate) return send(c, MISDIRECTED);
		try {
			checkUpload(gate.registry, header(incoming, "x-original-uri") ?? "");
		} catch (error) {
			if (!(error instanceof RefusedError)) throw error;
			return send(c, { status: 403, headers: {}, body: "" });
		}
		return send(c, { status: 204, headers: {}, body: "" });
	}

	function tokenByQuery(
		gate: RegistryGate,
		request: IncomingMessage,
		decision: Decision,
	): Promise<Answer> {
		const asked = parseTokenQuery(
			gate.registry.service,
			new URLSearchParams(rawQuery(request.url ?? "")),
			header(request, "authorization"),
		);
		return grantToken(gate, asked, decision);
	}

	async function tokenByForm(
		gate: RegistryGate,
		request: IncomingMessage,
		decision: Decision,
	): Promise<Answer> {
		const form = new URLSearchParams(await readForm(request));
		const asked = parseTokenForm(gate.registry.service, form);
		return grantToken(gate, asked, decision);
	}

	async function readForm(request: IncomingMessage): Promise<string> {
		const limits = { bytes: MAX_FORM_BYTES, idleMs: bodyIdleMs };
		try {
			return (await readBody(request, limits)).toString();
		} catch (error) {
			if (!(error instanceof BodyTooLargeError)) throw error;
			throw new TokenRequestError("invalid_request", error.message);
		}
	}

	function put(
		gate: RegistryGate,
		request: IncomingMessage,
		decision: Decision,
	): Promise<Answer> {
		return putManifest(gate, request, bodyIdleMs, decision);
	}
}

// An upload the front was told to refuse, now for an answer the client can show.
function explainUpload(
	{ registry }: RegistryGate,
	request: IncomingMessage,
	decision: Decision,
): Answer {
	decision.name = checkUpload(registry, request.url ?? "");
	throw new RefusedError(
		503,
		"UNAVAILABLE",
		"the upload was refused and would be accepted now: retry",
	);
}

function checkUpload(
	registry: RegistryGate["registry"],
	rawTarget: string,
): string {
	const name = parseUploadTarget(rawTarget);
	checkWritable(registry);
	checkName(registry, name);
	return name;
}

const MISDIRECTED = ociError({
	status: 421,
	code: "UNSUPPORTED",
	message: "no registry is served under this host name",
});

const NOT_SERVED = ociError({
	status: 404,
	code: "UNSUPPORTED",
	message: "this path is not served here",
});

function send(c: Context<Env>, { status, headers, body }: Answer): Response {
	const single: Record<string, string> = {};
	for (const [name, value] of Object.entries(headers)) {
		if (typeof value === "string") single[name] = value;
		// A Response joins the lines of a header into one.
		else c.env.outgoing.setHeader(name, value);
	}
	const none = body.length === 0;
	return new Response(none ? null : body, { status, headers: single });
}
