import type { ServiceAccount } from "../../topology/estate.ts";
import { textAt } from "../providers/kubernetes/objects.ts";
import type { Send } from "../providers/kubernetes/request.ts";

/** The least the API takes. */
const SECONDS = 600;

/**
 * A token of an account of the cluster, which one token service takes as a password and no other:
 * https://kubernetes.io/docs/reference/kubernetes-api/authentication-resources/token-request-v1/
 */
export async function accountToken(
	send: Send,
	{ namespace, name }: ServiceAccount,
	audience: string,
): Promise<string> {
	const request = await send({
		method: "POST",
		path: `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`,
		body: {
			apiVersion: "authentication.k8s.io/v1",
			kind: "TokenRequest",
			spec: { audiences: [audience], expirationSeconds: SECONDS },
		},
	});
	const token = textAt(request, "status", "token");
	if (token) return token;
	throw new Error(`the API server gave no token of ${namespace}/${name}`);
}
