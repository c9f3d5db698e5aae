import type { Authenticator } from "./authenticator.ts";
import { clockSkew } from "./clock-skew.ts";
import { ProtocolError, RegistryError, RetryableError } from "./errors.ts";
import { redirectTarget } from "./foreign-url.ts";
import {
	nameOf,
	type Request,
	type Response,
	type StreamedResponse,
} from "./http.ts";
import { parseOciErrors } from "./oci-error.ts";
import type { Lending, Transport } from "./transport.ts";

/** What a request to a registry needs besides HTTP. */
export interface Purpose {
	/** Token scopes, e.g. `repository:team/app:pull`. */
	readonly scopes: readonly string[];
	/** Statuses that are an answer; every other one is a refusal. */
	readonly expected: readonly number[];
}

const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308];
const MAX_REDIRECTS = 3;

/** Authenticated requests to one registry, with redirects followed and refusals turned into errors. */
export class Connection {
	readonly #transport: Transport;
	readonly #authenticator: Authenticator;

	constructor(transport: Transport, authenticator: Authenticator) {
		this.#transport = transport;
		this.#authenticator = authenticator;
	}

	/**
	 * Sends a request and reads the answer, at most `limit` bytes.
	 *
	 * @throws RegistryError for a status that is not expected, and what `Transport.send` throws.
	 */
	async send(
		request: Request,
		purpose: Purpose,
		limit: number,
	): Promise<Response> {
		const answer = await this.#following(request, purpose, (hop) =>
			this.#transport.send(hop, limit),
		);
		return expectStatus(request, answer, purpose);
	}

	/**
	 * Sends a request and hands the body of the answer on unread.
	 *
	 * @throws RegistryError for a status that is not expected, and what `Transport.open` throws.
	 */
	async open(
		request: Request,
		purpose: Purpose,
		lending?: Lending,
	): Promise<StreamedResponse> {
		const answer = await this.#following(request, purpose, (hop) =>
			this.#transport.open(hop, lending),
		);
		if (!("stream" in answer)) throw refusal(request, answer);
		if (purpose.expected.includes(answer.status)) return answer;
		answer.discard();
		throw new RegistryError(nameOf(request), answer.status, []);
	}

	/**
	 * Sends `size` bytes as they come, once.
	 *
	 * @throws RegistryError for a status that is not expected, RetryableError when the token was not
	 * accepted (the content is gone, but the next try has another token), and what
	 * `Transport.upload` throws.
	 */
	async upload(
		request: Omit<Request, "body">,
		content: AsyncIterable<Uint8Array>,
		size: number,
		purpose: Purpose,
		lending?: Lending,
	): Promise<Response> {
		const { scopes } = purpose;
		const authorization = await this.#authenticator.authorization(scopes);
		const answer = await this.#transport.upload(
			withAuthorization(request, authorization),
			content,
			size,
			lending,
		);
		if (answer.status === 401) {
			const header = answer.headers["www-authenticate"];
			await this.#authenticator.challenged(header, scopes, authorization);
			throw new RetryableError(refusal(request, answer).message);
		}
		return expectStatus(request, answer, purpose);
	}

	// Only the registry itself gets a token, and only its challenges are answered: another host, where
	// storage may be, is asked like by anybody.
	async #following<T extends Response | StreamedResponse>(
		request: Request,
		purpose: Purpose,
		send: (hop: Request) => Promise<T>,
	): Promise<T> {
		let hop = request;
		for (let redirects = 0; ; redirects++) {
			const answer =
				hop.url.origin === request.url.origin
					? await this.#authorized(hop, purpose, send)
					: await send(hop);
			const isRead = request.method === "GET" || request.method === "HEAD";
			if (!isRead || !REDIRECTS.includes(answer.status)) return answer;
			if (redirects === MAX_REDIRECTS) {
				throw new ProtocolError(
					`${nameOf(request)} was redirected more than ${MAX_REDIRECTS} times`,
				);
			}
			hop = { ...hop, url: redirectTarget(answer.headers.location, hop.url) };
		}
	}

	// One more try after a challenge, never a second: distribution answers 401 and not 403 to an
	// account that may not, and would do so for ever.
	async #authorized<T extends Response | StreamedResponse>(
		request: Request,
		{ scopes }: Purpose,
		send: (authorized: Request) => Promise<T>,
	): Promise<T> {
		const first = await this.#authenticator.authorization(scopes);
		const answer = await send(withAuthorization(request, first));
		if (answer.status !== 401) return answer;
		const header = answer.headers["www-authenticate"];
		if (!(await this.#authenticator.challenged(header, scopes, first))) {
			return answer;
		}
		const second = await this.#authenticator.authorization(scopes);
		const last = await send(withAuthorization(request, second));
		if (last.status === 401 && "body" in last) {
			const now = this.#authenticator.tokenServiceNow();
			const skew = clockSkew(last.headers.date, now);
			if (skew !== undefined) throw refusal(request, last, skew);
		}
		return last;
	}
}

function withAuthorization<T extends Omit<Request, "body">>(
	request: T,
	authorization: string | undefined,
): T {
	if (authorization === undefined) return request;
	return { ...request, headers: { ...request.headers, authorization } };
}

function expectStatus(
	request: Omit<Request, "body">,
	answer: Response,
	{ expected }: Purpose,
): Response {
	if (expected.includes(answer.status)) return answer;
	throw refusal(request, answer);
}

function refusal(
	request: Omit<Request, "body">,
	{ status, body }: Response,
	note?: string,
): RegistryError {
	return new RegistryError(nameOf(request), status, parseOciErrors(body), note);
}
