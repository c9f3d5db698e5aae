import type { OciError } from "./oci-error.ts";
import { printable } from "./printable.ts";

/**
 * The registry understood the request and said no. Asking again changes nothing; somebody has to.
 */
export class RegistryError extends Error {
	override readonly name = "RegistryError";
	/** HTTP status of the answer. */
	readonly status: number;
	/** First OCI error code of the answer, e.g. `DENIED`; undefined when the body was no OCI error. */
	readonly code: string | undefined;

	/**
	 * `request` is method and URL as messages show it, `note` what else there is to say.
	 */
	constructor(
		request: string,
		status: number,
		errors: readonly OciError[],
		note?: string,
	) {
		const reasons = errors.map(({ code, message }) =>
			printable(message === "" ? code : `${code}: ${message}`),
		);
		super(
			`${request} was refused with status ${status}${reasons.length > 0 ? `, ${reasons.join("; ")}` : ""}${note === undefined ? "" : `; ${note}`}`,
		);
		this.status = status;
		this.code = errors[0]?.code;
	}
}

/** What a `RetryableError` says beyond its message. */
export interface RetryableOptions extends ErrorOptions {
	/** The wait the server asked for, in milliseconds. @default - it asked for none */
	readonly retryAfterMs?: number | undefined;
	/** It was tried as often as the retry policy allows. @default false */
	readonly exhausted?: boolean;
}

/** Something failed for a reason that passes: the network, a busy or restarting server, damaged bytes. */
export class RetryableError extends Error {
	override readonly name = "RetryableError";
	readonly retryAfterMs: number | undefined;
	readonly exhausted: boolean;

	constructor(message: string, options: RetryableOptions = {}) {
		super(message, options);
		this.retryAfterMs = options.retryAfterMs;
		this.exhausted = options.exhausted ?? false;
	}
}

/**
 * The other side's answer breaks the protocol, a limit or a security rule of this client. It is
 * never repeated: what a hostile or broken server says the second time is no better.
 */
export class ProtocolError extends Error {
	override readonly name = "ProtocolError";
}
