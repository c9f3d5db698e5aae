import {
	createServer,
	type IncomingMessage,
	type ServerResponse,
	request as send,
} from "node:http";
import type { AddressInfo } from "node:net";
import {
	registryTokens,
	type TokenClaims,
} from "../../../../services/gate/tokens.ts";
import type { Registry } from "../../../../topology/estate.ts";
import { refuse } from "../../oci/answers.ts";

/** A request as the registry sees it, with the principal its token is for. */
export interface SeenRequest {
	readonly registry: string;
	readonly method: string;
	readonly path: string;
	/** Empty for anonymous; undefined without a token. */
	readonly subject: string | undefined;
}

/**
 * What a broken registry does instead: `cut` ends the connection, `open` asks no token, `secretly`
 * does what it was asked and says that it did not, a number is the status it answers.
 */
export type Fault = "cut" | "open" | "secretly" | number;

/** A store in this process behind what distribution checks: tokens, its mode, whether it deletes. */
export interface TokenRegistry {
	readonly url: string;
	/** Must be called before the first request. */
	configure(registry: Registry, seed: string): void;
	close(): Promise<void>;
}

const PATH =
	/^\/v2\/(?:(?<catalog>_catalog)|(?<name>.+)\/(?:tags|manifests|blobs)\/.+)?$/;

/** Starts one over a store without authentication. */
export async function startTokenRegistry(
	storeUrl: string,
	faultOf: (request: SeenRequest) => Fault | undefined,
): Promise<TokenRegistry> {
	let registry: Registry;
	let seed: string;
	const server = createServer((request, response) => {
		const { method = "", url: path = "" } = request;
		const claims = claimsOf(request);
		const fault = faultOf({
			registry: registry.name,
			method,
			path,
			subject: claims?.sub,
		});
		if (fault === "cut") return void request.destroy();
		if (fault === "secretly") {
			return pass(storeUrl, request, response, 403);
		}
		if (typeof fault === "number") {
			return refuse(response, fault, "UNKNOWN", "broken on purpose");
		}
		if (fault !== "open" && !isCovered(claims, method, path)) {
			response.setHeader(
				"www-authenticate",
				`Bearer realm="http://${request.headers.host}/auth/token",service="${registry.service}"`,
			);
			return refuse(response, 401, "UNAUTHORIZED", "authentication required");
		}
		if (!isDone(registry, method)) {
			return refuse(response, 405, "UNSUPPORTED", "nobody does this here");
		}
		pass(storeUrl, request, response);
	});
	await new Promise<void>((up) => server.listen(0, "127.0.0.1", up));
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		configure: (itself, key) => {
			registry = itself;
			seed = key;
		},
		close: async () => {
			server.closeAllConnections();
			await new Promise((down) => server.close(down));
		},
	};

	function claimsOf({ headers }: IncomingMessage): TokenClaims | undefined {
		const token = headers.authorization?.replace(/^Bearer /, "") ?? "";
		return registryTokens(registry, seed).verify(token);
	}
}

function isCovered(
	claims: TokenClaims | undefined,
	method: string,
	path: string,
): boolean {
	const groups = PATH.exec(new URL(path, "http://any").pathname)?.groups;
	if (!claims || !groups) return false;
	const { catalog, name } = groups;
	if (!catalog && !name) return true;
	const needed = catalog
		? { type: "registry", name: "catalog", action: "*" }
		: { type: "repository", name, action: actionOf(method) };
	return claims.access.some(
		({ type, name, actions }) =>
			type === needed.type &&
			name === needed.name &&
			actions.includes(needed.action),
	);
}

function actionOf(method: string): string {
	if (method === "DELETE") return "delete";
	return method === "GET" || method === "HEAD" ? "pull" : "push";
}

function isDone({ mode, deletes }: Registry, method: string): boolean {
	if (method === "GET" || method === "HEAD") return true;
	return mode === "read-write" && (method !== "DELETE" || deletes);
}

function pass(
	storeUrl: string,
	request: IncomingMessage,
	response: ServerResponse,
	pretendedStatus?: number,
): void {
	const { method, url, headers } = request;
	const forwarded = send(new URL(url ?? "", storeUrl), { method, headers });
	forwarded.on("response", (answer) => {
		// The registries of the estate have relative URLs.
		const location = answer.headers.location?.replace(storeUrl, "");
		response.writeHead(pretendedStatus ?? answer.statusCode ?? 502, {
			...answer.headers,
			...(location !== undefined && { location }),
		});
		answer.pipe(response);
	});
	forwarded.on("error", (error) => response.destroy(error));
	request.pipe(forwarded);
}
