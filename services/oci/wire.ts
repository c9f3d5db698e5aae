import { connect as connectTcp, isIP, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";

/** Read at a time. What a socket's own stream reads, 64 KiB, costs twice the processor time. */
const BUFFER_BYTES = 512 * 1024;
/** One that is being filled while the other is lent. */
const BUFFERS = 2;
/** Chunks of a TLS connection that may wait: they are small, and each has memory of its own. */
const TLS_CHUNKS = 16;

/**
 * A connection that is read on demand and without copies: what comes is lent, so that memory stays
 * flat however much it is.
 */
export class Wire {
	readonly #socket: Socket;
	readonly #most: number;
	readonly #waiting: Uint8Array[] = [];
	#lent = 0;
	#ended = false;
	#failure: Error | undefined;
	#wake = () => {};

	/** Begins to connect to the host of an http or https URL. */
	constructor({ protocol, hostname, port }: URL) {
		const host = hostname.replace(/^\[|\]$/g, "");
		if (protocol === "https:") {
			this.#most = TLS_CHUNKS;
			this.#socket = connectTls({
				host,
				port: Number(port || 443),
				...(isIP(host) === 0 && { servername: host }),
				ALPNProtocols: ["http/1.1"],
			})
				.once("secureConnect", () => this.#wake())
				.on("data", (chunk) => {
					if (!this.#take(chunk)) this.#socket.pause();
				});
		} else {
			this.#most = BUFFERS;
			const buffers = Array.from({ length: BUFFERS }, () =>
				Buffer.allocUnsafeSlow(BUFFER_BYTES),
			);
			let turn = 0;
			this.#socket = connectTcp({
				host,
				port: Number(port || 80),
				onread: {
					buffer: () => buffers[turn++ % BUFFERS] as Buffer,
					callback: (length, buffer) => this.#take(buffer.subarray(0, length)),
				},
			}).once("connect", () => this.#wake());
		}
		this.#socket.on("error", (error) => {
			this.#failure ??= error;
		});
		this.#socket.once("close", () => {
			this.#ended = true;
			this.#wake();
		});
	}

	/** Waits for the connection, TLS included; throws why there is none. */
	async connected(): Promise<void> {
		await this.#event();
		if (this.#failure) throw this.#failure;
	}

	/**
	 * The next bytes; undefined at the end. They are lent: the next call takes them back.
	 *
	 * Throws why the connection broke, once all that came before was read.
	 */
	async read(): Promise<Uint8Array | undefined> {
		this.#lent = 0;
		this.#readOn();
		if (this.#waiting.length === 0 && !this.#ended) await this.#event();
		const bytes = this.#waiting.shift();
		if (bytes) {
			this.#lent = 1;
			this.#readOn();
			return bytes;
		}
		if (this.#failure) throw this.#failure;
		return undefined;
	}

	/** Sends bytes; when it is done, their memory may be used again. */
	write(bytes: Uint8Array | string): Promise<void> {
		return new Promise((resolve, reject) => {
			this.#socket.write(bytes, (error) => (error ? reject(error) : resolve()));
		});
	}

	/** Gives the connection up; who waits for it gets the reason. */
	destroy(reason?: Error): void {
		this.#failure ??= reason;
		this.#socket.destroy(reason);
	}

	#event(): Promise<void> {
		return new Promise((resolve) => {
			this.#wake = resolve;
		});
	}

	#take(bytes: Uint8Array): boolean {
		this.#waiting.push(bytes);
		this.#wake();
		return this.#hasRoom();
	}

	#readOn(): void {
		if (this.#hasRoom()) this.#socket.resume();
	}

	#hasRoom(): boolean {
		return this.#waiting.length + this.#lent < this.#most;
	}
}
