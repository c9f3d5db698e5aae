import { readFile } from "node:fs/promises";

/** An account at one registry. */
export interface Credentials {
	readonly username: string;
	readonly password: string;
}

/** Fetches credentials whenever a token is due, so that a rotated secret is used without a restart. */
export type CredentialSource = () => Promise<Credentials>;

/** A password file that cannot be used. */
export class CredentialError extends Error {
	override readonly name = "CredentialError";
}

/**
 * Credentials whose password is the whole content of a file, but for one newline at its end.
 *
 * Files, because arguments and environment are there to read for whoever sees the process list or
 * `docker inspect`. The returned function throws CredentialError; its message never holds the content.
 */
export function passwordFile(username: string, file: string): CredentialSource {
	return async () => {
		let content: string;
		try {
			content = await readFile(file, "utf8");
		} catch (error) {
			throw new CredentialError(
				`cannot read the password of account '${username}' from ${file}: ${(error as NodeJS.ErrnoException).code}; mount the secret there, readable for this process`,
			);
		}
		const password = content.replace(/\r?\n$/, "");
		if (password === "" || /\p{Cc}/u.test(password)) {
			throw new CredentialError(
				`${file} does not hold the password of account '${username}': expected one line of text and nothing else`,
			);
		}
		return { username, password };
	};
}

/** The `Authorization` value of the Basic scheme, https://www.rfc-editor.org/rfc/rfc7617 */
export function basicAuthorization({
	username,
	password,
}: Credentials): string {
	return `Basic ${Buffer.from(`${username}:${password}`, "utf8").toString("base64")}`;
}
