import { RegistryError } from "../../oci/errors.ts";
import { messageOf } from "../error-message.ts";

/** How a request of a principal ended. */
export type Attempt =
	| { readonly kind: "done" }
	/** The tier said no to who asked. */
	| { readonly kind: "refused"; readonly message: string }
	/** Anything else: it proves neither a right nor its absence. */
	| { readonly kind: "broken"; readonly message: string };

/** Statuses that say no to who asks: no token, no right, nobody does this here. */
const REFUSALS: readonly number[] = [401, 403, 405];

/** Makes a request and tells a refusal by the tier from every other failure. */
export async function attempt(
	request: () => Promise<unknown>,
): Promise<Attempt> {
	try {
		await request();
		return { kind: "done" };
	} catch (error) {
		const refused =
			error instanceof RegistryError && REFUSALS.includes(error.status);
		return {
			kind: refused ? "refused" : "broken",
			message: messageOf(error),
		};
	}
}
