/**
 * A token of a federated identity that opens nothing. The message is for the gate's log: it says which
 * condition failed and never holds the token.
 */
export class IdentityRefusedError extends Error {
	constructor(message: string) {
		super(message);
		this.name = "IdentityRefusedError";
	}
}
