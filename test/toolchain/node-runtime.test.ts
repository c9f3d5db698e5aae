import { expect, test } from "vitest";
import { runsTypeScript } from "../../toolchain/node-runtime.mjs";

test.each([
	["v20.20.2", false],
	["v22.18.0", false],
	["v22.19.0", true],
	["v23.1.0", true],
	["v24.21.0", true],
	["v26.10.0", true],
])("Node %s runs the project by itself: %s", (version, able) => {
	expect(runsTypeScript(version)).toBe(able);
});
