import type { Estate } from "../../topology/estate.ts";
import type { KubernetesSpec } from "../../topology/kubernetes-spec.ts";
import { UserError } from "../process.ts";
import { Api } from "../providers/kubernetes/api.ts";
import {
	ApiError,
	UnreachableError,
} from "../providers/kubernetes/api-error.ts";
import { connection } from "../providers/kubernetes/kubeconfig.ts";
import { type Send, sender } from "../providers/kubernetes/request.ts";

/** The cluster a stack runs on. */
export interface StackCluster {
	readonly spec: KubernetesSpec;
	readonly send: Send;
	readonly api: Api;
}

/**
 * Works on the cluster of a stack. What the cluster refuses is shown as its message.
 *
 * @throws {UserError} when it does not answer, or refuses
 */
export async function onCluster<T>(
	{ kubernetes: spec, stack }: Estate,
	action: (cluster: StackCluster) => Promise<T>,
): Promise<T> {
	if (!spec) throw new Error(`the stack '${stack}' is on no cluster`);
	try {
		const send = sender(await connection(spec));
		return await action({ spec, send, api: new Api(send) });
	} catch (error) {
		if (!(error instanceof ApiError || error instanceof UnreachableError)) {
			throw error;
		}
		throw new UserError(
			`the cluster of the stack '${stack}' (context ${spec.context}): ${error.message}`,
			{ cause: error },
		);
	}
}
