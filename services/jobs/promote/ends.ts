import type { PromoterConfig } from "../../../topology/job-config.ts";
import { passwordFile } from "../../oci/credentials.ts";
import { Registry } from "../../oci/registry.ts";
import type { Transport } from "../../oci/transport.ts";

/** The registries of promotion, each with an account of its own. */
export interface Ends {
	readonly source: Registry;
	readonly destination: Registry;
}

/**
 * Opens both ends. The account that writes is never shown to the source.
 *
 * @throws CredentialError when a password cannot be read.
 */
export async function openEnds(
	{ source, destination }: PromoterConfig,
	transport: Transport,
): Promise<Ends> {
	const read = passwordFile(source.username, source.passwordFile);
	const write = passwordFile(destination.username, destination.passwordFile);
	// Now, to fail once instead of once for each promotion.
	await Promise.all([read(), write()]);
	return {
		source: new Registry({ url: source.url, credentials: read, transport }),
		destination: new Registry({
			url: destination.url,
			actions: ["push"],
			credentials: write,
			transport,
		}),
	};
}
