import { succeeded } from "../smoke/clients.ts";
import { cosignWith } from "../smoke/cosign.ts";
import type { TestStack } from "./test-stack.ts";

/**
 * Makes an image of CI Snapshots fit for promotion: CI signs it and attaches an SBOM.
 *
 * @param image by digest, e.g. `localhost:5203/team/app@sha256:…`
 */
export async function signAsCi(stack: TestStack, image: string): Promise<void> {
	const read = async (script: string, ...args: readonly string[]) =>
		succeeded(await stack.npm(script, args)).stdout;
	const cosign = await cosignWith(await read("signing-key", "ci"));
	try {
		const password = await read("password", "ci", "ci-snapshots");
		const ci = { username: "ci", password };
		await cosign.attestSbom(image, ci);
		await cosign.sign(image, ci);
	} finally {
		cosign.dispose();
	}
}
