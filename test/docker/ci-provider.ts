import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import Provider from "oidc-provider";

/** A certified OpenID Connect provider, that knows two CI projects. */
export interface CiProvider {
	/** Its issuer URL. */
	readonly issuer: string;
	/** A token of a project's job for one tier, as the provider's token endpoint gives it. */
	tokenFor(project: CiProject, service: string): Promise<string>;
	close(): Promise<void>;
}

export type CiProject = "acme-app" | "stranger-app";

// What the claim `repository` of its jobs' tokens says.
const REPOSITORIES: Readonly<Record<CiProject, string>> = {
	"acme-app": "acme/app",
	"stranger-app": "acme-stranger/app",
};
const SECRET = "a secret of a test, which CI itself would not need";
const LIFETIME_SECONDS = 300;
/** Resources are URLs in OAuth (RFC 8707); the audience is what is behind it. */
const RESOURCE = "urn:registry:";

/** Starts the provider. The caller stops it. */
export async function startCiProvider(): Promise<CiProvider> {
	const server = createServer();
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	server.on("request", new Provider(issuer, configuration()).callback());
	return {
		issuer,
		tokenFor: async (project, service) => {
			const answer = await fetch(`${issuer}/token`, {
				method: "POST",
				body: new URLSearchParams({
					grant_type: "client_credentials",
					client_id: project,
					client_secret: SECRET,
					resource: `${RESOURCE}${service}`,
				}),
			});
			const { access_token, error_description } = (await answer.json()) as {
				readonly access_token?: string;
				readonly error_description?: string;
			};
			if (!access_token) throw new Error(error_description);
			return access_token;
		},
		close: async () => {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}

function configuration() {
	const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
	return {
		jwks: {
			keys: [
				{ ...privateKey.export({ format: "jwk" }), kid: "ci", use: "sig" },
			],
		},
		clients: Object.keys(REPOSITORIES).map((project) => ({
			client_id: project,
			client_secret: SECRET,
			token_endpoint_auth_method: "client_secret_post",
			grant_types: ["client_credentials"],
			redirect_uris: [],
			response_types: [],
		})),
		features: {
			devInteractions: { enabled: false },
			clientCredentials: { enabled: true },
			resourceIndicators: {
				enabled: true,
				getResourceServerInfo: (_: unknown, resource: string) => ({
					scope: "",
					audience: resource.slice(RESOURCE.length),
					accessTokenTTL: LIFETIME_SECONDS,
					accessTokenFormat: "jwt",
				}),
			},
		},
		extraTokenClaims: (_: unknown, { clientId }: { clientId: CiProject }) => ({
			repository: REPOSITORIES[clientId],
		}),
	};
}
