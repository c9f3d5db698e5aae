import type { TestedFront } from "../../../topology/self-test-config.ts";
import type { FrontResult } from "../../../topology/self-test-report.ts";
import type { Transport } from "../../oci/transport.ts";
import { messageOf } from "../error-message.ts";

// A front's answer to a name it does not serve, RFC 9110 section 15.5.20.
const MISDIRECTED = 421;
const ANSWER_LIMIT = 64 * 1024;

/** Asks a published port for the writing half of Prod, by the name the promoter knows it by. */
export async function tryFront(
	{ name, url, foreignHost }: TestedFront,
	transport: Transport,
): Promise<FrontResult> {
	const about = { name, url };
	const asked = `${url} asked for ${foreignHost}`;
	try {
		const { status } = await transport.send(
			{
				method: "GET",
				url: new URL("/v2/", url),
				headers: { host: foreignHost },
			},
			ANSWER_LIMIT,
		);
		if (status === MISDIRECTED) return { ...about, outcome: "passed" };
		const reason = `${asked}: expected status ${MISDIRECTED}, got ${status}`;
		return { ...about, outcome: "failed", reason };
	} catch (error) {
		const reason = `${asked}: expected status ${MISDIRECTED}, ${messageOf(error)}`;
		return { ...about, outcome: "failed", reason };
	}
}
