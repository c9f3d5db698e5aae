import { type Estate, registryNamed } from "../../topology/estate.ts";
import {
	type SelfTestPlan,
	secretsOf,
} from "../../topology/self-test-config.ts";
import { type Captured, UserError } from "../process.ts";
import { accountToken } from "./account-token.ts";
import { onCluster, type StackCluster } from "./stack-cluster.ts";
import { withTestRoom } from "./test-room.ts";

/** Waits until every host answers: policies come into force some time after they are made. */
const CONNECT = `
const { connect } = require("node:net");
const { setTimeout: sleep } = require("node:timers/promises");
const answers = (url) => new Promise((resolve) => {
	const { hostname: host, port } = new URL(url);
	const socket = connect({ host, port: Number(port), timeout: 1000 });
	const end = (answer) => { socket.destroy(); resolve(answer); };
	socket.on("connect", () => end(true)).on("timeout", () => end(false)).on("error", () => end(false));
});
const until = async (url) => { for (let i = 0; i < 30 && !(await answers(url)); i++) await sleep(500); };
Promise.all(process.argv.slice(1).map(until));`;

/**
 * Tries a plan from a pod that reaches every front, with the stack's passwords and, where the estate's
 * jobs have none, with tokens of their accounts in the cluster.
 */
export function selfTestOnCluster(
	estate: Estate,
	plan: SelfTestPlan,
	passwords: Readonly<Record<string, string>>,
): Promise<Captured> {
	return onCluster(estate, async (cluster) => {
		const secrets = await secretsFor(cluster, estate, plan, passwords);
		return withTestRoom(cluster, estate, async (inRoom) => {
			const urls = plan.registries.map(({ url }) => url);
			await inRoom(["node", "-e", CONNECT, ...new Set(urls)]);
			return inRoom(
				["node", "/app/jobs.mjs", "self-test", "--config", "-"],
				JSON.stringify({ ...plan, passwords: secrets }),
			);
		});
	});
}

async function secretsFor(
	{ send }: StackCluster,
	estate: Estate,
	plan: SelfTestPlan,
	passwords: Readonly<Record<string, string>>,
): Promise<Readonly<Record<string, string>>> {
	const accounts = new Map(
		estate.gates.flatMap((gate) =>
			gate.accounts.map((account) => [account.secret, account] as const),
		),
	);
	const entries = secretsOf(plan).map(async (secret) => {
		const { serviceAccount, registry = "" } = accounts.get(secret) ?? {};
		if (!serviceAccount) return [secret, passwordNamed(secret)] as const;
		const { service } = registryNamed(estate, registry);
		return [secret, await accountToken(send, serviceAccount, service)] as const;
	});
	return Object.fromEntries(await Promise.all(entries));

	function passwordNamed(secret: string): string {
		const found = passwords[secret];
		if (found) return found;
		throw new UserError(
			`the stack '${estate.stack}' has no password '${secret}'. Fix: npm run up -- --stack ${estate.stack}`,
		);
	}
}
