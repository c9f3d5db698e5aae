import { docker, succeeded, type TestStack } from "./test-stack.ts";

/** Every secret value in the state of a stack: passwords, salts, keys and files made of them. */
export async function secretsOf(stack: TestStack): Promise<readonly string[]> {
	const { stdout } = succeeded(
		await stack.npm("pulumi", ["stack", "export", "--show-secrets"]),
	);
	const { deployment } = JSON.parse(stdout) as {
		deployment: {
			resources: { type: string; outputs?: Record<string, unknown> }[];
		};
	};
	return deployment.resources
		.filter(({ type }) => type.startsWith("random:"))
		.map(({ outputs = {} }) => outputs.result ?? outputs.base64)
		.map((value) => plaintext(value));
}

// An exported secret is an object with its plaintext as JSON.
function plaintext(value: unknown): string {
	const { plaintext } = value as { plaintext: string };
	return JSON.parse(plaintext);
}

/** Where any of the texts can be read without the passphrase: by what name the place is called. */
export async function exposedPlaces(
	stack: TestStack,
	texts: readonly string[],
): Promise<readonly string[]> {
	const places = await everythingReadable(stack);
	return places
		.filter(({ content }) => texts.some((text) => content.includes(text)))
		.map(({ place }) => place);
}

interface Readable {
	readonly place: string;
	readonly content: string;
}

async function everythingReadable(
	stack: TestStack,
): Promise<readonly Readable[]> {
	const commands: readonly [string, string, readonly string[]][] = [
		["stack output", "pulumi", ["stack", "output", "--json"]],
		["stack export", "pulumi", ["stack", "export"]],
		["preview", "preview", ["--diff"]],
		["preview --json", "preview", ["--json"]],
	];
	const printed: Readable[] = [];
	for (const [place, script, args] of commands) {
		const { stdout, stderr } = await stack.npm(script, args);
		printed.push({ place, content: stdout + stderr });
	}
	const filters = { label: [`registry-tiers.stack=${stack.name}`] };
	const containers = await docker.listContainers({ all: true, filters });
	const inspected = await Promise.all(
		containers.map(async ({ Id, Names }): Promise<readonly Readable[]> => {
			const name = Names[0]?.slice(1) ?? Id;
			const container = docker.getContainer(Id);
			const logs = await container.logs({ stdout: true, stderr: true });
			return [
				{
					place: `docker inspect ${name}`,
					content: JSON.stringify(await container.inspect()),
				},
				{ place: `docker logs ${name}`, content: logs.toString() },
			];
		}),
	);
	const { Volumes } = await docker.listVolumes({ filters });
	const networks = await docker.listNetworks({ filters });
	return [
		...printed,
		...inspected.flat(),
		{ place: "docker volumes", content: JSON.stringify(Volumes) },
		{ place: "docker networks", content: JSON.stringify(networks) },
	];
}
