// bcrypt, for RandomPassword's `bcryptHash`: N. Provos, D. Mazières, A Future-Adaptable Password Scheme,
// USENIX 1999. Node's OpenSSL has no bcrypt, and an output that is silently missing would reach an htpasswd
// file as "undefined". Nothing secret depends on this code being fast or constant in time.

const ROUNDS = 16;
const SUBKEYS = ROUNDS + 2;
const SBOX_WORDS = 4 * 256;
// golang.org/x/crypto/bcrypt, which the official provider uses: DefaultCost, and at most 72 bytes of password.
const COST = 10;
const MAX_PASSWORD_BYTES = 72;

const BASE64 =
	"./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/** The hash of a password (its first 72 bytes) under a 16-byte salt, as `$2a$10$…`. */
export function bcryptHash(
	password: string,
	salt: Uint8Array,
	cost = COST,
): string {
	const key = Buffer.from(`${password}\0`).subarray(0, MAX_PASSWORD_BYTES);
	const cipher = new Blowfish();
	cipher.expandKey(key, salt);
	for (let i = 0; i < 2 ** cost; i++) {
		cipher.expandKey(key);
		cipher.expandKey(salt);
	}
	const words = wordsOf(Buffer.from("OrpheanBeholderScryDoubt"));
	for (let i = 0; i < words.length; i += 2)
		for (let round = 0; round < 64; round++) cipher.encrypt(words, i);
	const digest = Buffer.alloc(24);
	words.forEach((word, i) => {
		digest.writeUInt32BE(word >>> 0, 4 * i);
	});
	// The last byte is left out, as in the first implementation and everywhere since.
	return `$2a$${String(cost).padStart(2, "0")}$${base64(salt)}${base64(digest.subarray(0, 23))}`;
}

class Blowfish {
	readonly #subkeys: Int32Array;
	readonly #boxes: Int32Array;

	constructor() {
		const digits = piDigits();
		this.#subkeys = digits.slice(0, SUBKEYS);
		this.#boxes = digits.slice(SUBKEYS);
	}

	/** Encrypts the 64-bit block at `words[at]` in place. */
	encrypt(words: Int32Array, at: number): void {
		let left = words[at] ?? 0;
		let right = words[at + 1] ?? 0;
		for (let round = 0; round < ROUNDS; round++) {
			left ^= this.#subkeys[round] ?? 0;
			const mixed = right ^ this.#mix(left);
			right = left;
			left = mixed;
		}
		words[at] = right ^ (this.#subkeys[ROUNDS + 1] ?? 0);
		words[at + 1] = left ^ (this.#subkeys[ROUNDS] ?? 0);
	}

	/** The key schedule of the paper's `ExpandKey`; no salt is a salt of zeros. */
	expandKey(key: Uint8Array, salt: Uint8Array = new Uint8Array(16)): void {
		const keyWords = wordsOf(key, SUBKEYS);
		for (let i = 0; i < SUBKEYS; i++)
			this.#subkeys[i] = (this.#subkeys[i] ?? 0) ^ (keyWords[i] ?? 0);
		const saltWords = wordsOf(salt, 4);
		const block = new Int32Array(2);
		let position = 0;
		for (const target of [this.#subkeys, this.#boxes])
			for (let i = 0; i < target.length; i += 2) {
				block[0] = (block[0] ?? 0) ^ (saltWords[position] ?? 0);
				block[1] = (block[1] ?? 0) ^ (saltWords[position + 1] ?? 0);
				position = (position + 2) % 4;
				this.encrypt(block, 0);
				target.set(block, i);
			}
	}

	#mix(half: number): number {
		const box = (n: number, byte: number) => this.#boxes[256 * n + byte] ?? 0;
		const sum = (box(0, half >>> 24) + box(1, (half >>> 16) & 255)) | 0;
		return ((sum ^ box(2, (half >>> 8) & 255)) + box(3, half & 255)) | 0;
	}
}

/** Big-endian 32-bit words of the bytes, repeated from the start until there are `count`. */
function wordsOf(bytes: Uint8Array, count = bytes.length / 4): Int32Array {
	const byte = (i: number) => bytes[i % bytes.length] ?? 0;
	return Int32Array.from(
		{ length: count },
		(_, i) =>
			(byte(4 * i) << 24) |
			(byte(4 * i + 1) << 16) |
			(byte(4 * i + 2) << 8) |
			byte(4 * i + 3),
	);
}

/** Blowfish starts from the fraction of π: 18 subkeys and 1024 box entries. Machin's formula gives them. */
function piDigits(): Int32Array {
	const words = SUBKEYS + SBOX_WORDS;
	const guard = 64n;
	const one = 1n << (32n * BigInt(words) + guard);
	const arctanInverse = (x: bigint) => {
		let sum = 0n;
		let power = one / x;
		for (let n = 1n; power !== 0n; n += 2n, power /= x * x)
			sum += n % 4n === 1n ? power / n : -(power / n);
		return sum;
	};
	const pi = 4n * (4n * arctanInverse(5n) - arctanInverse(239n));
	const fraction = ((pi - 3n * one) >> guard).toString(16);
	const hex = fraction.padStart(8 * words, "0");
	return Int32Array.from({ length: words }, (_, i) =>
		Number.parseInt(hex.slice(8 * i, 8 * i + 8), 16),
	);
}

/** bcrypt's own base64: another alphabet, no padding. */
function base64(bytes: Uint8Array): string {
	const standard =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	return Buffer.from(bytes)
		.toString("base64")
		.replace(/=+$/, "")
		.replace(/./g, (digit) => BASE64.charAt(standard.indexOf(digit)));
}
