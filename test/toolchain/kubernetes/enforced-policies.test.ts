import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import {
	enforcedLately,
	rememberEnforced,
} from "../../../toolchain/kubernetes/enforced-policies.ts";

let folder: string;

beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "enforced-policies-"));
	vi.stubEnv("XDG_STATE_HOME", folder);
});
afterEach(() => {
	vi.unstubAllEnvs();
	rmSync(folder, { recursive: true });
});

test("a cluster is believed for a day, and no other one with it", () => {
	const hour = 60 * 60_000;
	expect(enforcedLately("uid-1")).toBe(false);
	rememberEnforced("uid-1");
	expect(enforcedLately("uid-1")).toBe(true);
	expect(enforcedLately("uid-1", Date.now() + 23 * hour)).toBe(true);
	expect(enforcedLately("uid-1", Date.now() + 25 * hour)).toBe(false);
	expect(enforcedLately("uid-2")).toBe(false);
});

test("a cluster that is seen again is believed for another day", () => {
	rememberEnforced("uid-1");
	rememberEnforced("uid-1");
	expect(enforcedLately("uid-1")).toBe(true);
});
