import type { Page } from "../../../toolchain/plan/page.ts";

/** A page with everything a page can have. */
export const page = (given: Partial<Page> = {}): Page => ({
	title: "Plan against main (0123456789)",
	verdict: "1 change needs a close look.",
	stacks: [
		{
			stack: "dev",
			summary: "resources: 1 replaced",
			findings: [
				{ level: "fails", text: "TI-01: 'x' is open" },
				{ level: "danger", text: "sandbox-storage is replaced" },
				{ level: "look", text: "registry prod-us is new" },
			],
			sections: [
				{
					title: "Who may do what (1 change)",
					tables: [
						{
							caption: "Who may do what",
							head: ["registry", "ci", ""],
							rows: [
								[
									{ text: "prod" },
									{ text: "pull, +create", tone: "added" },
									{ text: "–" },
								],
							],
						},
					],
				},
				{
					title: "How images travel",
					tables: [],
					picture: {
						nodes: [
							{
								id: "registry prod",
								kind: "registry",
								label: "prod",
								location: "home",
								presence: "same",
							},
							{
								id: "writer ci",
								kind: "writer",
								label: "ci",
								presence: "added",
							},
						],
						edges: [
							{
								from: "writer ci",
								to: "registry prod",
								label: "create",
								presence: "added",
							},
						],
					},
				},
			],
		},
	],
	...given,
});

/** A page with one long table. */
export const longPage = (rows: number): Page =>
	page({
		stacks: ["dev", "prod"].map((stack) => ({
			stack,
			summary: "",
			findings: [],
			sections: [
				{
					title: "Resources",
					tables: [
						{
							caption: "home",
							head: ["resource", "what happens"],
							rows: Array.from({ length: rows }, (_, i) => [
								{ text: `resource-${i}` },
								{ text: "replaced", tone: "danger" as const },
							]),
						},
					],
				},
			],
		})),
	});
