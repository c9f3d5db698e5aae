import type { Login } from "../../../topology/self-test-config.ts";
import { Registry } from "../../oci/registry.ts";
import type { Transport } from "../../oci/transport.ts";

/** What a client asks tokens for, besides `pull`. */
export type Actions = readonly ("push" | "delete")[];

/** Makes a client of a registry; without a login an anonymous one. */
export type NewClient = (
	url: string,
	login: Login | undefined,
	actions?: Actions,
) => Registry;

/**
 * Clients that share their connections and nothing else: each is challenged and asks for a token of
 * its own, so that every cell goes past the token service too.
 */
export function newClients(
	transport: Transport,
	passwords: Readonly<Record<string, string>>,
): NewClient {
	return (url, login, actions = []) =>
		new Registry({
			url,
			actions,
			transport,
			...(login && { credentials: async () => credentialsOf(login) }),
		});

	function credentialsOf({ principal, secret }: Login) {
		const password = passwords[secret];
		if (password === undefined) throw new Error(`no password for '${secret}'`);
		return { username: principal, password };
	}
}
