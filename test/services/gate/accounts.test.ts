import { expect, test } from "vitest";
import { accountBook } from "../../../services/gate/accounts.ts";
import { account, PASSWORD } from "./gate-fixture.ts";

test("knows a principal by its name and its password", () => {
	const book = accountBook("ci-snapshots", [
		account("ci"),
		account("developer", "other"),
	]);
	expect(book.authenticate("ci", PASSWORD)).toBe("ci");
	expect(book.authenticate("developer", "other")).toBe("developer");
});

test("refuses a wrong password, the password of somebody else, and an unknown name", () => {
	const book = accountBook("ci-snapshots", [
		account("ci"),
		account("developer", "other"),
	]);
	expect(book.authenticate("ci", `${PASSWORD}x`)).toBeUndefined();
	expect(book.authenticate("ci", "other")).toBeUndefined();
	expect(book.authenticate("promoter", PASSWORD)).toBeUndefined();
	expect(book.authenticate("", "")).toBeUndefined();
	expect(book.authenticate("anonymous", PASSWORD)).toBeUndefined();
});

test("takes the old and the new password of a principal while both accounts exist", () => {
	const book = accountBook("ci-snapshots", [
		account("ci", "old"),
		account("ci", "new"),
	]);
	expect(book.authenticate("ci", "old")).toBe("ci");
	expect(book.authenticate("ci", "new")).toBe("ci");
});

test("does not know the accounts of another registry", () => {
	const book = accountBook("prod", [account("ci")]);
	expect(book.authenticate("ci", PASSWORD)).toBeUndefined();
});
