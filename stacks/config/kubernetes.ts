import { z } from "zod";
import { clusterName, host } from "./fields.ts";
import { explain } from "./problem.ts";
import { userPath } from "./user-path.ts";

const text = (expected: string, fix: string) => {
	const error = explain({ expected, fix });
	return z.string({ error }).regex(/^[\x21-\x7e]{1,253}$/, { error });
};

const kubeconfigRule = {
	expected: "the path of a file, absolute or below ~/",
	fix: "write kubeconfig: ~/.kube/config",
};

const imageRule = {
	expected: "the name of an image with its digest",
	fix: "write registry.example.com/team/image@sha256:… with all 64 digits",
};
const image = z
	.string({ error: explain(imageRule) })
	.regex(/^[a-z0-9][a-z0-9._:/-]*@sha256:[0-9a-f]{64}$/, {
		error: explain(imageRule),
	});

const tlsRule = explain({
	expected: "whose certificate the host names have",
	fix: "write tls: { secret: registry-tls }, { issuer: letsencrypt } or { at: load-balancer }",
});

/** One of three, told apart by the key that is there, since each has one thing to say. */
const tls = z.union(
	[
		z
			.strictObject({ secret: clusterName("registry-tls") })
			.transform(({ secret }) => ({ kind: "secret" as const, secret })),
		z
			.strictObject({
				issuer: clusterName("letsencrypt"),
				issuerKind: z
					.enum(["Issuer", "ClusterIssuer"])
					.default("ClusterIssuer"),
			})
			.transform((rest) => ({ kind: "issuer" as const, ...rest })),
		z
			.strictObject({ at: z.literal("load-balancer") })
			.transform(() => ({ kind: "load-balancer" as const })),
	],
	{ error: tlsRule },
);

const exposure = z
	.strictObject(
		{
			kind: z.enum(["none", "ingress", "load-balancer"], {
				error: explain({
					expected: '"none" | "ingress" | "load-balancer"',
					fix: "write kind: ingress",
				}),
			}),
			ingressClass: clusterName("nginx").exactOptional(),
			annotations: z
				.record(
					z.string(),
					z.string({
						error: explain({
							expected: "a text",
							fix: "put the value in quotes",
						}),
					}),
					{
						error: explain({
							expected: "annotations by name",
							fix: "write annotations: { name: value }",
						}),
					},
				)
				.exactOptional(),
			tls: tls.exactOptional(),
		},
		{
			error: explain({
				expected: "how clients outside reach the fronts",
				fix: "write exposure: { kind: ingress }",
			}),
		},
	)
	.check(({ value, issues }) => {
		if (value.kind === "none" && value.tls?.kind === "load-balancer") {
			issues.push({
				code: "custom",
				path: ["tls"],
				input: value.tls,
				message: explain({
					wrong: "a certificate at a load balancer there is none of",
					expected: "a secret or an issuer, for the front itself",
					fix: "write kind: load-balancer, or another tls",
				})({ input: value.tls }),
			});
		}
		if (value.kind !== "ingress" && value.ingressClass !== undefined) {
			issues.push({
				code: "custom",
				path: ["ingressClass"],
				input: value.ingressClass,
				message: explain({
					wrong: "a class for no Ingress",
					expected: "kind: ingress",
					fix: "remove it",
				})({ input: value.ingressClass }),
			});
		}
	});

/** Where on Kubernetes the tiers run. */
export const kubernetes = z.strictObject(
	{
		kubeconfig: z
			.string({ error: explain(kubeconfigRule) })
			.regex(/^(?:~\/|\/)[\x20-\x7e]+$/, { error: explain(kubeconfigRule) })
			.transform(userPath),
		context: text(
			"the name of a context in that file",
			"write what kubectl config get-contexts shows",
		),
		images: z
			.strictObject(
				{ registry: image, nginx: image, services: image },
				{
					error: explain({
						expected: "the images the estate runs on",
						fix: "write images: { registry, nginx, services }, each by its digest",
					}),
				},
			)
			.exactOptional(),
		imagePullSecret: clusterName("registry-login").exactOptional(),
		storageClass: clusterName("standard").exactOptional(),
		dns: host.default("kube-dns.kube-system.svc.cluster.local"),
		issuer: z
			.url({
				protocol: /^https$/,
				error: explain({
					expected: "the URL of the issuer of the cluster's tokens",
					fix: "write what kubectl get --raw /.well-known/openid-configuration says",
				}),
			})
			.default("https://kubernetes.default.svc.cluster.local"),
		exposure: exposure.default({ kind: "none" }),
	},
	{
		error: explain({
			expected: "the cluster the tiers run on",
			fix: "write kubernetes: { kubeconfig: ~/.kube/config, context: my-cluster }",
		}),
	},
);
