import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

// `unit` needs neither an engine nor Docker; `docker` brings up real estates, `kubernetes` works on a
// real cluster, both one file after the other.
export default defineConfig({
	test: {
		// vitest leaves one core idle, which of two is half the machine.
		maxWorkers: availableParallelism(),
		projects: [
			{
				test: {
					name: "unit",
					include: ["test/**/*.test.ts"],
					exclude: [
						"test/docker/**",
						"test/engine/**",
						"test/kubernetes/*.test.ts",
					],
				},
			},
			{
				test: {
					name: "docker",
					include: ["test/engine/**/*.test.ts", "test/docker/**/*.test.ts"],
					fileParallelism: false,
					testTimeout: 300_000,
					hookTimeout: 600_000,
				},
			},
			{
				test: {
					name: "kubernetes",
					include: ["test/kubernetes/*.test.ts"],
					fileParallelism: false,
					testTimeout: 300_000,
					hookTimeout: 600_000,
				},
			},
		],
	},
});
