// Runs on the node: what a cloud or an add-on does on other clusters.
import { setTimeout as sleep } from "node:timers/promises";
import { AGENT_SOCKET, KUBECONFIG } from "../state.ts";
import { listenForPods } from "./announcements.ts";
import { type Api, connect } from "./api.ts";
import {
	admitPod,
	enforcePolicies,
	POLICY_COLLECTIONS,
} from "./policy-enforcer.ts";
import { provisionVolumes, STORAGE_COLLECTIONS } from "./provisioner.ts";

/** Changes come in bursts; this long they are gathered. */
const GATHER_MS = 50;
const RETRY_MS = 500;

const api = connect(KUBECONFIG);
keep("policies", POLICY_COLLECTIONS, enforcePolicies);
keep("volumes", STORAGE_COLLECTIONS, provisionVolumes);
listenForPods(AGENT_SOCKET, (uid, address) => admitPod(api, uid, address));

/** Does the work whenever something of the collections has changed, one time after the other. */
function keep(
	what: string,
	collections: readonly string[],
	work: (api: Api) => Promise<void>,
): void {
	let wanted = false;
	let busy = false;
	for (const collection of collections) api.follow(collection, changed);

	function changed(): void {
		wanted = true;
		if (!busy) void workOff();
	}

	async function workOff(): Promise<void> {
		busy = true;
		while (wanted) {
			await sleep(GATHER_MS);
			wanted = false;
			try {
				await work(api);
			} catch (error) {
				console.error(new Date().toISOString(), `${what}:`, error);
				wanted = true;
				await sleep(RETRY_MS);
			}
		}
		busy = false;
	}
}
