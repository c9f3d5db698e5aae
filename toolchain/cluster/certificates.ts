import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runCaptured } from "../process.ts";
import { API_NAMES, API_URL, LINK, NODE_NAME, SERVICES } from "./addresses.ts";
import { CERTIFICATES, KUBECONFIG } from "./state.ts";

/** Who a certificate speaks for. */
interface Subject {
	readonly commonName: string;
	/** Group in RBAC. */
	readonly organization?: string;
	/** Names and addresses of a server, as openssl takes them; a certificate without any is a client's. */
	readonly serves?: readonly string[];
}

const SUBJECTS = {
	apiserver: {
		commonName: "kube-apiserver",
		serves: [
			`IP:${LINK.node}`,
			`IP:${SERVICES.api}`,
			...API_NAMES.map((name) => `DNS:${name}`),
		],
	},
	"kubelet-server": {
		commonName: NODE_NAME,
		serves: [`IP:${LINK.node}`, `DNS:${NODE_NAME}`],
	},
	"kubelet-client": {
		commonName: "kube-apiserver-kubelet-client",
		organization: "system:masters",
	},
	admin: { commonName: "admin", organization: "system:masters" },
	"kube-controller-manager": { commonName: "system:kube-controller-manager" },
	"kube-scheduler": { commonName: "system:kube-scheduler" },
	"kube-proxy": { commonName: "system:kube-proxy" },
	kubelet: {
		commonName: `system:node:${NODE_NAME}`,
		organization: "system:nodes",
	},
} as const satisfies Readonly<Record<string, Subject>>;

type SubjectName = keyof typeof SUBJECTS;

/** `ca` signs all the others; the key of `service-accounts` signs the tokens of pods. */
type PairName = SubjectName | "ca" | "service-accounts";

/** Path of a certificate, e.g. of `apiserver`. */
export const certificate = (name: PairName): string =>
	join(CERTIFICATES, `${name}.crt`);

/** Path of a private key. */
export const privateKey = (name: PairName): string =>
	join(CERTIFICATES, `${name}.key`);

/** Path of the credentials with which a component speaks to the API server. */
export const kubeconfig = (name: SubjectName): string =>
	name === "admin" ? KUBECONFIG : join(CERTIFICATES, `${name}.kubeconfig`);

/** Makes the cluster's authority, what it signs, and credentials for each component. */
export async function writeCertificates(): Promise<void> {
	mkdirSync(CERTIFICATES, { recursive: true, mode: 0o700 });
	await openssl([
		...newKey("ca"),
		...["-subj", "/CN=registry-tiers-cluster"],
		...["-addext", "keyUsage=critical,keyCertSign,cRLSign,digitalSignature"],
	]);
	await Promise.all([
		openssl([
			// Tokens are RS256 on nearly every cluster, so here too.
			...newKey("service-accounts", ["-newkey", "rsa:2048"]),
			...["-subj", "/CN=service-accounts"],
		]),
		...(Object.keys(SUBJECTS) as SubjectName[]).map(async (name) => {
			await sign(name, SUBJECTS[name]);
			writeFileSync(kubeconfig(name), renderKubeconfig(name), { mode: 0o600 });
		}),
	]);
}

const P256 = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"];

function newKey(name: PairName, kind = P256): readonly string[] {
	return [
		...["req", "-x509", ...kind, "-noenc", "-sha256", "-days", "3650"],
		...["-keyout", privateKey(name), "-out", certificate(name)],
	];
}

function sign(
	name: SubjectName,
	{ commonName, organization, serves }: Subject,
): Promise<void> {
	const group = organization ? `/O=${organization}` : "";
	return openssl([
		...newKey(name),
		...["-CA", certificate("ca"), "-CAkey", privateKey("ca")],
		...["-subj", `${group}/CN=${commonName}`],
		...["-addext", "basicConstraints=critical,CA:FALSE"],
		...["-addext", `extendedKeyUsage=${serves ? "serverAuth" : "clientAuth"}`],
		...(serves ? ["-addext", `subjectAltName=${serves.join(",")}`] : []),
	]);
}

// JSON is YAML, so every client reads it.
function renderKubeconfig(user: SubjectName): string {
	const data = (file: string) => readFileSync(file).toString("base64");
	const name = "registry-tiers-cluster";
	return `${JSON.stringify(
		{
			apiVersion: "v1",
			kind: "Config",
			clusters: [
				{
					name,
					cluster: {
						server: API_URL,
						"certificate-authority-data": data(certificate("ca")),
					},
				},
			],
			users: [
				{
					name: user,
					user: {
						"client-certificate-data": data(certificate(user)),
						"client-key-data": data(privateKey(user)),
					},
				},
			],
			contexts: [{ name, context: { cluster: name, user } }],
			"current-context": name,
		},
		null,
		2,
	)}\n`;
}

async function openssl(args: readonly string[]): Promise<void> {
	const { code, stderr } = await runCaptured("openssl", args);
	if (code !== 0)
		throw new Error(`'openssl ${args.join(" ")}' failed: ${stderr}`);
}
