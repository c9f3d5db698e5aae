import type { Account, ServiceAccount } from "./estate.ts";
import type { Identity } from "./identity-spec.ts";
import type { KubernetesSpec } from "./kubernetes-spec.ts";

/** Where a cluster answers its own pods, with the keys of its ServiceAccount tokens. */
const KEYS_URL = "https://kubernetes.default.svc.cluster.local/openid/v1/jwks";

/** Where a pod finds what it needs to ask its cluster. */
const POD_FILES = "/var/run/secrets/kubernetes.io/serviceaccount";

/**
 * The identities that let the cluster's own jobs in, one for each ServiceAccount: its tokens are the
 * passwords of the accounts that name it, each for one tier.
 */
export function clusterIdentities(
	{ issuer }: Pick<KubernetesSpec, "issuer">,
	accounts: readonly Account[],
): readonly Identity[] {
	const identities = accounts.flatMap(({ principal, serviceAccount }) =>
		serviceAccount
			? [
					{
						name: `job-${serviceAccount.name}`,
						principal,
						issuer,
						claims: { sub: subjectOf(serviceAccount) },
						jwksUri: KEYS_URL,
						internal: true,
						caFile: `${POD_FILES}/ca.crt`,
						tokenFile: `${POD_FILES}/token`,
					},
				]
			: [],
	);
	const names = identities.map(({ name }) => name);
	return identities.filter(({ name }, i) => names.indexOf(name) === i);
}

/** https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/#bound-service-account-tokens */
const subjectOf = ({ namespace, name }: ServiceAccount) =>
	`system:serviceaccount:${namespace}:${name}`;
