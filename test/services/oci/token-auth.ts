import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import { json, refuse } from "./answers.ts";

/** The one account of a test registry. */
export interface TestAuth {
	readonly username: string;
	readonly password: string;
	/** Scopes that are granted, e.g. `repository:team/app:pull,push`. @default - whatever is asked for */
	readonly granted?: readonly string[];
	/** @default 300 */
	readonly lifetimeSeconds?: number;
	/** When tokens say they were issued, RFC 3339. @default - they do not say */
	readonly issuedAt?: string;
	/** The realm of the challenge. @default - `/auth/token` of the registry */
	readonly realm?: string;
	/** Tokens are given to OAuth2 requests only. @default false */
	readonly postOnly?: boolean;
}

/** Token authentication as the distribution specification has it. */
export class TokenAuth {
	readonly #tokens = new Map<string, { scopes: string[]; until: number }>();

	/** Answers a request to the token service. */
	async issue(
		auth: TestAuth | undefined,
		request: IncomingMessage,
		response: ServerResponse,
		url: URL,
	): Promise<void> {
		const isPost = request.method === "POST";
		if (auth?.postOnly && !isPost) return void response.writeHead(405).end();
		const form = new URLSearchParams(
			isPost ? (await buffer(request)).toString() : "",
		);
		const expected = `${auth?.username}:${auth?.password}`;
		const basic = request.headers.authorization?.replace(/^Basic /, "") ?? "";
		const given = isPost
			? `${form.get("username")}:${form.get("password")}`
			: Buffer.from(basic, "base64").toString();
		if (given !== expected) {
			return refuse(response, 401, "UNAUTHORIZED", "unknown account");
		}
		const asked = isPost
			? (form.get("scope") ?? "").split(" ")
			: url.searchParams.getAll("scope");
		const lifetime = auth?.lifetimeSeconds ?? 300;
		const token = randomUUID();
		this.#tokens.set(token, {
			scopes: asked.filter((scope) => auth?.granted?.includes(scope) ?? true),
			until: Date.now() + lifetime * 1000,
		});
		const issued = auth?.issuedAt && { issued_at: auth.issuedAt };
		json(response, 200, { token, expires_in: lifetime, ...issued });
	}

	forget(): void {
		this.#tokens.clear();
	}

	/** Whether the request may go on; if not, it has been answered with a challenge. */
	admit(
		auth: TestAuth | undefined,
		request: IncomingMessage,
		response: ServerResponse,
		resource: string,
		url: string,
	): boolean {
		if (!auth) return true;
		const bearer = /^Bearer (.+)$/.exec(request.headers.authorization ?? "");
		const token = this.#tokens.get(bearer?.[1] ?? "");
		const needed = neededScope(request.method ?? "", resource);
		if (token && token.until > Date.now()) {
			if (needed.every((scope) => covers(token.scopes, scope))) return true;
		}
		const realm = auth.realm ?? `${url}/auth/token`;
		const scope = needed.length > 0 ? `,scope="${needed.join(" ")}"` : "";
		response.setHeader(
			"www-authenticate",
			`Bearer realm="${realm}",service="test"${scope}`,
		);
		refuse(response, 401, "UNAUTHORIZED", "authentication required");
		return false;
	}
}

function neededScope(method: string, resource: string): readonly string[] {
	if (resource === "") return [];
	if (resource === "catalog") return ["registry:catalog:*"];
	if (method === "DELETE") return [`repository:${resource}:delete`];
	const isRead = method === "GET" || method === "HEAD";
	return [`repository:${resource}:${isRead ? "pull" : "pull,push"}`];
}

function covers(granted: readonly string[], needed: string): boolean {
	const colon = needed.lastIndexOf(":");
	const actions = granted
		.filter((scope) => scope.startsWith(needed.slice(0, colon + 1)))
		.flatMap((scope) => scope.slice(colon + 1).split(","));
	return needed
		.slice(colon + 1)
		.split(",")
		.every((action) => actions.includes(action));
}
