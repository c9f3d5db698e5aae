import { runCaptured, UserError } from "../process.ts";
import { LINK, PODS, SERVICES } from "./addresses.ts";
import { type Machine, runInside } from "./machine.ts";
import { waitUntil } from "./wait.ts";

/** This machine's end of the link, the only thing of the cluster in its network. */
const INTERFACE = "rt-cluster";

/** A line of `ip -json route`. */
interface Route {
	readonly dst: string;
	readonly dev?: string;
}

/**
 * Links the node to this machine, which then reaches pods and Services. They reach this machine and
 * nothing beyond it: no route leads further, and Docker's networks and rules stay as they are.
 */
export async function linkMachine(machine: Machine): Promise<void> {
	await ip([
		`link add ${INTERFACE} type veth peer name eth0 netns ${machine.pid}`,
		`address add ${LINK.machine}/30 dev ${INTERFACE}`,
		`link set ${INTERFACE} up`,
	]);
	await runInside(
		machine,
		["ip", "-batch", "-"],
		batch([
			"link set lo up",
			`address add ${LINK.node}/30 dev eth0`,
			"link set eth0 up",
			// A Service's address is replaced by a pod's only after a route for it was found.
			`route add ${SERVICES.range} dev eth0`,
		]),
	);
	// Bridged packets pass the rules too; without that a policy between two pods has no effect.
	for (const setting of [
		"net/ipv4/ip_forward",
		"net/bridge/bridge-nf-call-iptables",
	]) {
		await runInside(machine, ["sh", "-c", `echo 1 >/proc/sys/${setting}`]);
	}
	await ip(
		[PODS, SERVICES].map(({ range }) => `route add ${range} via ${LINK.node}`),
	);
}

/** Removes the link; the node's end and the routes go with it. */
export async function unlinkMachine(): Promise<void> {
	await runCaptured("ip", ["link", "delete", INTERFACE]);
	await waitUntil(
		async () =>
			(await runCaptured("ip", ["link", "show", INTERFACE])).code !== 0,
		() => `the interface ${INTERFACE} does not go away`,
	);
}

/**
 * Sees that no other network of this machine has addresses of the cluster.
 *
 * @throws {UserError} naming those that do
 */
export async function checkRoutes(): Promise<void> {
	const { stdout } = await runCaptured("ip", ["-json", "route"]);
	const taken = takenRoutes(JSON.parse(stdout) as readonly Route[]);
	if (taken.length > 0) {
		throw new UserError(
			`the cluster needs ${RANGES.join(", ")}, but this machine has routes to ${taken.join(" and ")}. Fix: remove that network while the cluster runs`,
		);
	}
}

const RANGES = [PODS.range, SERVICES.range, LINK.range];

/** Those of a machine's routes that lead to addresses of the cluster, the default route not among them. */
export function takenRoutes(routes: readonly Route[]): readonly string[] {
	return routes
		.filter(({ dst, dev }) => dst !== "default" && dev !== INTERFACE)
		.filter(({ dst }) => RANGES.some((range) => overlap(range, dst)))
		.map(({ dst, dev }) => `${dst} (${dev})`);
}

function overlap(one: string, other: string): boolean {
	const [a, b] = [parseRange(one), parseRange(other)];
	const shift = 32 - Math.min(a.bits, b.bits);
	// A shift by 32 is one by 0 in JavaScript.
	return shift === 32 || a.address >>> shift === b.address >>> shift;
}

function parseRange(range: string) {
	const [address = "", bits = "32"] = range.split("/");
	return {
		address: address
			.split(".")
			.reduce((sum, part) => ((sum << 8) | Number(part)) >>> 0, 0),
		bits: Number(bits),
	};
}

async function ip(lines: readonly string[]): Promise<void> {
	const { code, stderr } = await runCaptured("ip", ["-batch", "-"], {
		input: batch(lines),
	});
	if (code !== 0) throw new Error(`cannot link the node: ${stderr}`);
}

const batch = (lines: readonly string[]) => `${lines.join("\n")}\n`;
