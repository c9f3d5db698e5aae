import fc from "fast-check";
import { expect, test } from "vitest";
import {
	BACKUP_TAG,
	backupTag,
} from "../../../../services/jobs/mirror/backup-tag.ts";
import {
	acceptsTag,
	FALLBACK_TAG,
	namingRule,
} from "../../../../topology/naming.ts";

const A = `sha256:${"a".repeat(64)}` as const;
const B = `sha256:${"b".repeat(64)}` as const;
const day = new Date("2026-11-24T23:59:59Z");

test("a backup tag has the tag, the day in UTC and the start of the digest", () => {
	expect(backupTag("12", A, day)).toBe("12-kept-20261124-aaaaaaaaaaaa");
});

test("two digests that are kept on one day have two tags, the same one has the same", () => {
	expect(backupTag("12", B, day)).toBe("12-kept-20261124-bbbbbbbbbbbb");
	expect(backupTag("12", A, new Date("2026-11-24T00:00:00Z"))).toBe(
		backupTag("12", A, day),
	);
});

test("a tag that has no room for more is cut", () => {
	expect(backupTag("t".repeat(128), A, day)).toBe(
		`${"t".repeat(101)}-kept-20261124-aaaaaaaaaaaa`,
	);
});

test("a backup tag is one that the Archive takes, of any tag", () => {
	const rule = namingRule("archive", true);
	const tags = fc
		.stringMatching(/^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/)
		.filter((tag) => !FALLBACK_TAG.test(tag));
	fc.assert(
		fc.property(tags, (tag) => {
			const backup = backupTag(tag, A, day);
			expect(acceptsTag(rule, backup)).toBe(true);
			expect(backup).toMatch(BACKUP_TAG);
			expect(FALLBACK_TAG.test(backup)).toBe(false);
		}),
	);
});
