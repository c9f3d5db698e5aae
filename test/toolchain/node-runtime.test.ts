import { expect, test } from "vitest";
import { runsTypeScript } from "../../toolchain/node-runtime.mjs";

test.each([
	["v20.20.2", false],
	["v22.22.1", false],
	["v22.22.2", true],
	["v22.23.0", true],
	["v23.1.0", false],
	["v24.14.9", false],
	["v24.15.0", true],
	["v24.21.0", true],
	["v25.9.0", false],
	["v26.0.0", true],
	["v27.1.0", true],
])("Node %s runs the project by itself: %s", (version, able) => {
	expect(runsTypeScript(version)).toBe(able);
});
