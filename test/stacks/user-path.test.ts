import { homedir } from "node:os";
import { afterEach, expect, test, vi } from "vitest";
import { userPath } from "../../stacks/config/user-path.ts";

afterEach(() => vi.unstubAllEnvs());

test("~/ is the user's folder, and ~/.cache/ the cache's wherever that is", () => {
	vi.stubEnv("XDG_CACHE_HOME", "");
	expect(userPath("~/.cache/registry-tiers/config")).toBe(
		`${homedir()}/.cache/registry-tiers/config`,
	);
	vi.stubEnv("XDG_CACHE_HOME", "/var/cache/me");
	expect(userPath("~/.cache/registry-tiers/config")).toBe(
		"/var/cache/me/registry-tiers/config",
	);
	expect(userPath("~/.kube/config")).toBe(`${homedir()}/.kube/config`);
});

test("an absolute path stays as it is", () => {
	expect(userPath("/etc/kubernetes/admin.conf")).toBe(
		"/etc/kubernetes/admin.conf",
	);
});
