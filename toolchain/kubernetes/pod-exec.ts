import { Readable, Writable } from "node:stream";
import { type Captured, UserError } from "../process.ts";
import { loadKubeconfig } from "../providers/kubernetes/kubeconfig.ts";
import type { ClusterAddress } from "./with-cluster.ts";

/** A container of a pod. */
export interface PodContainer {
	readonly namespace: string;
	readonly pod: string;
	readonly container: string;
}

/** How a command in a pod ended, as the API server says it. */
interface ExecStatus {
	readonly status?: string;
	readonly message?: string;
	readonly details?: {
		readonly causes?: readonly {
			readonly reason?: string;
			readonly message?: string;
		}[];
	};
}

/**
 * Runs a command in a container that runs, and keeps what it prints.
 *
 * @param input its standard input, which no object of the cluster keeps
 * @throws {UserError} when the connection breaks before the command ends
 */
export async function execInPod(
	cluster: ClusterAddress,
	{ namespace, pod, container }: PodContainer,
	command: readonly string[],
	input = "",
): Promise<Captured> {
	const { Exec } = await import("@kubernetes/client-node");
	const exec = new Exec(await loadKubeconfig(cluster));
	const stdout = new Sink();
	const stderr = new Sink();
	const status = await new Promise<ExecStatus>((resolve, reject) => {
		exec
			.exec(
				namespace,
				pod,
				container,
				[...command],
				stdout,
				stderr,
				// A stream of one chunk; without one the command waits for its input's end.
				Readable.from([Buffer.from(input)]),
				false,
				(end) => resolve(end as ExecStatus),
			)
			.then((socket) => {
				const broken = (why: string) =>
					reject(
						new UserError(
							`the connection to ${namespace}/${pod} broke: ${why}. Fix: run it again`,
						),
					);
				socket.onclose = () => broken("closed before the command ended");
				socket.onerror = (event: { readonly message: string }) =>
					broken(event.message);
			}, reject);
	});
	return {
		code: exitCodeOf(status),
		stdout: stdout.text(),
		stderr: stderr.text() || (status.message ?? ""),
	};
}

/** https://github.com/kubernetes/kubernetes/blob/v1.34.0/staging/src/k8s.io/client-go/tools/remotecommand/errorstream.go */
function exitCodeOf({ status, details }: ExecStatus): number {
	if (status === "Success") return 0;
	const cause = details?.causes?.find(({ reason }) => reason === "ExitCode");
	return Number(cause?.message ?? 1);
}

class Sink extends Writable {
	readonly #chunks: Buffer[] = [];

	override _write(chunk: Buffer, _: string, done: () => void): void {
		this.#chunks.push(chunk);
		done();
	}

	text(): string {
		return Buffer.concat(this.#chunks).toString();
	}
}
