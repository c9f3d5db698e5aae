import { expect } from "vitest";
import { applyObjects, kubectl } from "../../toolchain/cluster/kubectl.ts";
import { handRunJob } from "../../toolchain/kubernetes/hand-run-objects.ts";
import { type Captured, runCaptured } from "../../toolchain/process.ts";
import { ROOT } from "../../toolchain/stack.ts";

// The stack of the smoke test, which leaves a promoted and signed image in it.
const STACK = "k8s";
const PROMOTER = "k8s-promoter";
const PROD = "k8s-prod";
const JOB = `evicted-${Date.now()}`;
const TAG = `9.9.${Date.now()}`;

/** What became of a promotion that lost its pod. */
export interface Evicted {
	/** Failures the Job counts. */
	readonly failed: number;
	readonly succeeded: number;
	/** The new tag as a walk through Prod finds it. */
	readonly tag?: { readonly digest: string; readonly outcome: string };
	/** What it was to point to. */
	readonly digest: string;
}

/**
 * Promotes a tag with a Job like the CronJob's, evicts its pod while Prod is away, lets Prod come back when
 * another pod has taken over, and waits for the end. Prod must hold a signed image.
 */
export async function promoteUnderEviction(): Promise<Evicted> {
	const image = await promotedImage();
	try {
		await scaleProd(0);
		await startPromotion(image);
		const first = await podOf((pods) => pods.find(isRunning));
		await evict(first);
		await podOf((pods) => pods.find((pod) => isRunning(pod) && pod !== first));
		await scaleProd(1);
		await inPromoter(
			...["wait", `job/${JOB}`],
			...["--for=condition=Complete", "--timeout=180s"],
		);
		const tag = (await promotedTags()).find(
			({ repository, tag }) => repository === image.repository && tag === TAG,
		);
		return {
			...(await jobStatus()),
			...(tag && { tag: { digest: tag.digest, outcome: tag.outcome } }),
			digest: image.digest,
		};
	} finally {
		await scaleProd(1);
		await inPromoter("delete", "job,secret", JOB, "--ignore-not-found");
	}
}

interface PromotedTag {
	readonly repository: string;
	readonly tag: string;
	readonly digest: string;
	readonly record: string;
	readonly outcome: string;
}

async function promotedTags(): Promise<readonly PromotedTag[]> {
	const { stdout, stderr } = await npm("promote", "verify", "--json");
	const report = stdout.slice(stdout.indexOf("{"));
	expect(report, stderr).toMatch(/^\{/);
	return JSON.parse(report).tags;
}

async function promotedImage(): Promise<PromotedTag> {
	const found = (await promotedTags()).findLast(
		({ record }) => record === "signed",
	);
	if (!found) throw new Error("Prod is empty: run the smoke test before");
	return found;
}

/** A Job as the CronJob makes it, with another manifest. */
async function startPromotion({ repository, digest }: PromotedTag) {
	const manifest = JSON.stringify({
		images: [{ name: repository, dmap: { [digest]: [TAG] } }],
	});
	const cronJob = JSON.parse(
		await inPromoter("get", "cronjob", "promote", "--output=json"),
	);
	const job = handRunJob(cronJob, {
		job: "promote",
		name: JOB,
		args: ["run"],
		files: {
			secret: JOB,
			paths: { manifest: "eviction.yaml", files: "files.json" },
		},
	});
	const { backoffLimit } = cronJob.spec.jobTemplate.spec;
	await applyObjects({
		apiVersion: "v1",
		kind: "List",
		items: [
			{
				apiVersion: "v1",
				kind: "Secret",
				metadata: { name: JOB, namespace: PROMOTER },
				stringData: {
					manifest,
					files: JSON.stringify({ files: ["eviction.yaml"] }),
				},
			},
			{ ...job, spec: { ...(job.spec as object), backoffLimit } },
		],
	});
}

/** What `kubectl drain` does to a pod. */
async function evict(name: string): Promise<void> {
	const path = `/api/v1/namespaces/${PROMOTER}/pods/${name}/eviction`;
	await kubectl(
		["create", "--raw", path, "--filename=-"],
		JSON.stringify({
			apiVersion: "policy/v1",
			kind: "Eviction",
			metadata: { name, namespace: PROMOTER },
		}),
	);
}

const running = new Set<string>();
const isRunning = (pod: string) => running.has(pod);

/** Waits for a pod of the Job. */
async function podOf(
	choose: (pods: readonly string[]) => string | undefined,
): Promise<string> {
	let found: string | undefined;
	await expect
		.poll(
			async () => {
				const lines = await inPromoter(
					...["get", "pods", `--selector=job-name=${JOB}`],
					`--output=jsonpath={range .items[*]}{.metadata.name} {.status.phase} {.metadata.deletionTimestamp}{"\\n"}{end}`,
				);
				running.clear();
				const pods = lines
					.split("\n")
					.filter((line) => line !== "")
					.map((line) => line.split(" "));
				for (const [name = "", phase, deleted] of pods) {
					if (phase === "Running" && !deleted) running.add(name);
				}
				found = choose(pods.map(([name = ""]) => name));
				return found;
			},
			{ timeout: 90_000, interval: 1_000 },
		)
		.toBeDefined();
	return found ?? "";
}

async function jobStatus() {
	const { failed = 0, succeeded = 0 } = JSON.parse(
		await inPromoter("get", "job", JOB, "--output=jsonpath={.status}"),
	);
	return { failed, succeeded };
}

const inPromoter = (...args: readonly string[]) =>
	kubectl(["--namespace", PROMOTER, ...args]);

async function scaleProd(replicas: number): Promise<void> {
	await kubectl([
		...["--namespace", PROD, "scale", "statefulset/prod-server"],
		`--replicas=${replicas}`,
	]);
	const end =
		replicas === 0
			? ["wait", "--for=delete", "pod/prod-server-0"]
			: ["rollout", "status", "statefulset/prod-server"];
	await kubectl(["--namespace", PROD, ...end, "--timeout=120s"]);
}

function npm(script: string, ...args: readonly string[]): Promise<Captured> {
	return runCaptured(
		"npm",
		["run", "--silent", script, "--", "--stack", STACK, ...args],
		{ cwd: ROOT },
	);
}
