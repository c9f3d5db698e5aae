import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { fulcioHandler } from "@sigstore/mock";
import {
	type Proposal,
	proposalOf,
	type TestEnvelope,
} from "../services/jobs/promote/signatures/rekor.ts";
import type { sigstore } from "../services/jobs/promote/signatures/sigstore.ts";

/** Fulcio and Rekor as `cosign sign` speaks to them. */
export interface SigstoreServer {
	/** Where they are, as the text of cosign's `--signing-config`. */
	readonly signingConfig: string;
	close(): Promise<void>;
}

type Sigstore = Awaited<ReturnType<typeof sigstore>>;

interface Answer {
	readonly status: number;
	readonly etag?: string;
	readonly text: string;
}
type Route = (body: string, token: string) => Promise<Answer>;

const notFound: Route = async () => ({ status: 404, text: "" });

/** What a client proposes for an envelope; Rekor logs hashes of it. */
interface ProposedEnvelope {
	readonly spec: {
		readonly proposedContent: {
			readonly envelope: string;
			readonly verifiers: readonly [string];
		};
	};
}

/** Serves a Sigstore. Its Fulcio certifies the subject of the token it is shown, whoever issued it. */
export async function startSigstore({
	ca,
	log,
}: Sigstore): Promise<SigstoreServer> {
	const fulcio = fulcioHandler(ca).fn;
	const routes: Readonly<Record<string, Route>> = {
		"/api/v2/signingCert": async (body, token) => {
			// cosign shows its token in a header, where this Fulcio does not look, and wants its 200.
			const credentials = { oidcIdentityToken: token };
			const asked = JSON.stringify({ ...JSON.parse(body), credentials });
			return { status: 200, text: `${(await fulcio(asked)).response}` };
		},
		"/api/v1/log/entries": async (body) => {
			const entry = await log.log(logged(JSON.parse(body)));
			// cosign finds the entry by it.
			const [etag = ""] = Object.keys(entry);
			return { status: 201, etag, text: JSON.stringify(entry) };
		},
	};
	const server = createServer(async (request, response) => {
		const { url = "", headers } = request;
		const token = headers.authorization?.replace("Bearer ", "") ?? "";
		const route = routes[url] ?? notFound;
		const {
			status,
			etag,
			text: answer,
		} = await route(await text(request), token);
		response
			.writeHead(status, {
				"content-type": "application/json",
				...(etag !== undefined && { etag }),
			})
			.end(answer);
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	const service = {
		url,
		majorApiVersion: 1,
		validFor: { start: "2020-01-01T00:00:00Z" },
		operator: "test",
	};
	return {
		signingConfig: JSON.stringify({
			mediaType: "application/vnd.dev.sigstore.signingconfig.v0.2+json",
			caUrls: [service],
			oidcUrls: [],
			rekorTlogUrls: [service],
			rekorTlogConfig: { selector: "ANY" },
			tsaUrls: [],
			tsaConfig: { selector: "ANY" },
		}),
		close: async () => {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}

/** The entry that Rekor makes of a proposal. */
function logged({ spec }: ProposedEnvelope): Proposal {
	const { envelope, verifiers } = spec.proposedContent;
	const dsseEnvelope: TestEnvelope = JSON.parse(envelope);
	return proposalOf({ dsseEnvelope }, Buffer.from(verifiers[0], "base64"));
}
