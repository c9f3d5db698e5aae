import Docker from "dockerode";
import { runningContainer } from "../toolchain/stack-containers.ts";

/** Address of a stack's server on one of its networks, for clients on this machine. */
export async function addressOn(
	stack: string,
	server: string,
	network: string,
): Promise<string> {
	const { NetworkSettings } = await runningContainer(
		new Docker(),
		stack,
		server,
	);
	const found = Object.entries(NetworkSettings.Networks).find(([key]) =>
		key.startsWith(`${network}-network`),
	);
	return found?.[1].IPAddress ?? "";
}
