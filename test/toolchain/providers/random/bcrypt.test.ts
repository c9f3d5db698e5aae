import { expect, test } from "vitest";
import { bcryptHash } from "../../../../toolchain/providers/random/bcrypt.ts";

// Test vectors of Openwall's crypt_blowfish (wrapper.c). Salt: "CCCCCCCCCCCCCCCCCCCCC." in bcrypt's base64.
const SALT = Buffer.from("10410410410410410410410410410410", "hex");

test.each([
	["U*U", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"],
	["U*U*", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK"],
	["", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.7uG0VCzI2bS7j6ymqJi9CdcdxiRTWNy"],
])("hashes %j as published", (password, hash) => {
	expect(bcryptHash(password, SALT, 5)).toBe(hash);
});

test("counts the first 72 bytes of a password, and the cost of the official provider", () => {
	const long = "a".repeat(72);
	expect(bcryptHash(`${long}b`, SALT, 4)).toBe(bcryptHash(`${long}c`, SALT, 4));
	expect(bcryptHash("a", SALT)).toMatch(/^\$2a\$10\$/);
});
