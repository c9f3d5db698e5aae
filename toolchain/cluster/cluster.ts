import {
	existsSync,
	mkdirSync,
	readdirSync,
	rmdirSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { step } from "../step.ts";
import versions from "../versions.json" with { type: "json" };
import { ensureBuiltPrograms } from "./built-programs.ts";
import { writeCertificates } from "./certificates.ts";
import {
	COMPONENTS,
	FOUNDATION,
	startComponents,
	waitWhileRunning,
} from "./components.ts";
import { CGROUP, writeConfiguration } from "./configuration.ts";
import { imageStoreAnswers, loadBaseImages } from "./images.ts";
import { applyObjects, kubectl } from "./kubectl.ts";
import {
	findMachine,
	type Machine,
	startMachine,
	stopMachine,
} from "./machine.ts";
import { BASE_MANIFESTS } from "./manifests.ts";
import { checkRoutes, linkMachine, unlinkMachine } from "./network.ts";
import { ensureOwnPrograms } from "./own-programs.ts";
import { ensurePackages } from "./packages.ts";
import { apiServerAnswers, nodeIsReady } from "./readiness.ts";
import { COMPLETE, STATE } from "./state.ts";

/**
 * Brings up a cluster of one node, or what is missing of it, and returns when pods can start and find
 * each other by name. A running one is left as it is.
 *
 * @throws {UserError} where this machine cannot run one
 */
export async function startCluster(): Promise<void> {
	await ensurePackages();
	await ensureBuiltPrograms();
	await ensureOwnPrograms();
	await step(
		`starting Kubernetes ${versions.cluster.kubernetes}`,
		{ usually: "10 s" },
		async () => {
			const machine = await ensureMachine();
			await startComponents(machine, FOUNDATION);
			const ready = (what: string, condition: () => Promise<boolean>) =>
				waitWhileRunning(machine, FOUNDATION, what, condition);
			await ready("containerd", imageStoreAnswers);
			await loadBaseImages();
			await ready("the API server", apiServerAnswers);
			await startComponents(machine, COMPONENTS);
			await applyObjects(BASE_MANIFESTS);
			await waitWhileRunning(machine, COMPONENTS, "the node", nodeIsReady);
			await kubectl([
				...["--namespace", "kube-system", "rollout", "status"],
				...["deployment/coredns", "--timeout=60s"],
			]);
		},
	);
}

/** Removes the cluster with all that is in it. What was built for it stays. */
export async function stopCluster(): Promise<void> {
	const machine = findMachine();
	if (machine) await stopMachine(machine);
	await unlinkMachine();
	removeControlGroups();
	rmSync(STATE, { recursive: true, force: true });
}

async function ensureMachine(): Promise<Machine> {
	const running = findMachine();
	if (running && existsSync(COMPLETE)) return running;
	// What an interrupted `up` or a killed node left.
	await stopCluster();
	await checkRoutes();
	mkdirSync(STATE, { recursive: true, mode: 0o711 });
	await writeCertificates();
	writeConfiguration();
	const machine = await startMachine();
	makeControlGroups();
	await linkMachine(machine);
	writeFileSync(COMPLETE, "");
	return machine;
}

/** Folders of the pods' control groups: one for each controller in version 1, one in version 2. */
function controlGroups(): readonly string[] {
	const root = "/sys/fs/cgroup";
	return existsSync(join(root, "cgroup.controllers"))
		? [join(root, CGROUP)]
		: readdirSync(root).map((controller) => join(root, controller, CGROUP));
}

function makeControlGroups(): void {
	for (const folder of controlGroups()) mkdirSync(folder, { recursive: true });
}

function removeControlGroups(): void {
	for (const folder of controlGroups().filter(existsSync)) {
		const groups = readdirSync(folder, { recursive: true, withFileTypes: true })
			.filter((entry) => entry.isDirectory())
			.map((entry) => join(entry.parentPath, entry.name));
		// The innermost first; their files are not files and go along.
		for (const group of groups.sort((a, b) => b.length - a.length)) {
			rmdirSync(group);
		}
		rmdirSync(folder);
	}
}
