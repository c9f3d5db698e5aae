import { accountToken } from "../../../toolchain/kubernetes/account-token.ts";
import { onCluster } from "../../../toolchain/kubernetes/stack-cluster.ts";
import { withTestRoom } from "../../../toolchain/kubernetes/test-room.ts";
import { registryNamed } from "../../../topology/estate.ts";
import { frontUrl } from "../../../topology/names.ts";
import { type Check, expectEqual } from "../checks.ts";
import { succeeded } from "../clients.ts";
import type { ClusterEstate } from "./cluster-estate.ts";

/** Asks each token service for a token and prints the statuses. Fronts that do not answer yet are asked again. */
const ASK = `
const { setTimeout: sleep } = require("node:timers/promises");
const ask = async ({ url, authorization }) => {
	for (let i = 0; ; i++) {
		try {
			const signal = AbortSignal.timeout(5000);
			return (await fetch(url, { signal, headers: { authorization } })).status;
		} catch (error) {
			if (i === 20) return String(error.cause ?? error);
			await sleep(500);
		}
	}
};
let text = "";
process.stdin.on("data", (chunk) => { text += chunk; }).on("end", async () => {
	const statuses = [];
	for (const question of JSON.parse(text)) statuses.push(await ask(question));
	console.log(JSON.stringify(statuses));
});`;

/** A token that a job has for one tier opens no other, tried at every gate. */
export function jobTokens({ estate }: ClusterEstate): Check {
	return {
		promise:
			"the token a job has for one tier lets it in there, and is refused by every other gate",
		run: () =>
			onCluster(estate, async (cluster) => {
				const accounts = estate.gates
					.flatMap((gate) => gate.accounts)
					.flatMap(({ principal, registry, serviceAccount }) =>
						serviceAccount ? [{ principal, registry, serviceAccount }] : [],
					);
				const tries = await Promise.all(
					accounts.map(async ({ principal, registry, serviceAccount }) => {
						const token = await accountToken(
							cluster.send,
							serviceAccount,
							registryNamed(estate, registry).service,
						);
						const pair = Buffer.from(`${principal}:${token}`);
						return estate.registries.map((to) => ({
							what: `${principal}'s token for ${registry} at ${to.name}`,
							expected: to.name === registry ? 200 : 401,
							url: `${frontUrl(to)}/auth/token?service=${to.service}`,
							authorization: `Basic ${pair.toString("base64")}`,
						}));
					}),
				);
				const all = tries.flat();
				const { stdout } = await withTestRoom(cluster, estate, async (inRoom) =>
					succeeded(await inRoom(["node", "-e", ASK], JSON.stringify(all))),
				);
				const statuses: readonly (number | string)[] = JSON.parse(stdout);
				expectEqual("the number of answers", statuses.length, all.length);
				const wrong = all.flatMap(({ what, expected }, i) =>
					statuses[i] === expected
						? []
						: [`${what}: ${statuses[i]}, expected ${expected}`],
				);
				expectEqual("what is otherwise", wrong.join("\n"), "");
			}),
	};
}
