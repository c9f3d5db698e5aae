import { expect, test } from "vitest";
import { compileEstate } from "../../topology/compile.ts";
import { DEV_SPEC } from "../topology/dev-estate.ts";
import { estateOnDocker } from "./estate.ts";
import { deploy, plain, type Registered } from "./harness.ts";

const github = {
	issuer: "https://token.actions.githubusercontent.com",
	principal: "ci",
	claims: { repository: "acme/.*" },
} as const;

const estate = compileEstate({ ...DEV_SPEC, identities: { github } });
const { resources } = await deploy(() => estateOnDocker(estate));
const inputsOf = ({ inputs }: Registered) =>
	plain(inputs) as {
		readonly internal?: boolean;
		readonly networksAdvanced?: readonly { readonly name: string }[];
		readonly uploads?: readonly {
			readonly file: string;
			readonly content: string;
		}[];
	};

test("a gate with identities reaches their issuers through a network of its own", () => {
	const networks = resources.filter(({ name }) => name.startsWith("issuers-"));
	expect(
		networks
			.map((network) => [network.name, inputsOf(network).internal])
			.sort(),
	).toEqual([
		["issuers-eu-network", false],
		["issuers-home-network", false],
		["issuers-us-network", false],
	]);
	const members = resources
		.filter(({ type }) => type === "docker:index/container:Container")
		.filter((container) =>
			inputsOf(container).networksAdvanced?.some(({ name }) =>
				name.startsWith("issuers-"),
			),
		);
	expect(members.map(({ name }) => name).sort()).toEqual([
		"eu-gate-server",
		"home-gate-server",
		"us-gate-server",
	]);
});

test("a gate has the identities in its configuration, and one without has none", () => {
	const identitiesOf = (gate: string) => {
		const [content] = resources
			.filter(({ name }) => name.startsWith(`${gate}-gate-`))
			.flatMap((writer) => inputsOf(writer).uploads ?? [])
			.filter(({ file }) => file.endsWith("/gate.json"))
			.map((upload) => upload.content);
		return JSON.parse(content ?? "").identities;
	};
	expect(identitiesOf("home")).toEqual([{ name: "github", ...github }]);
	expect(identitiesOf("promotion")).toBe(undefined);
});
