import type { StackOptions } from "../main.ts";
import { readSigningKey } from "../signing-keys.ts";
import { describeStack } from "./prepare.ts";

/** `npm run signing-key`: the key alone on standard output, for a script's pipe. */
export async function signingKey(
	options: StackOptions & { readonly public?: boolean },
	signer: string,
): Promise<number> {
	const { location, estate } = describeStack(options);
	process.stdout.write(
		await readSigningKey(
			location,
			estate.promotion,
			signer,
			options.public ? "public" : "private",
		),
	);
	return 0;
}
