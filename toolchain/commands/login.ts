import { hasPassword } from "../../topology/estate.ts";
import { publishedAddress } from "../../topology/published.ts";
import { findAccounts } from "../accounts.ts";
import type { StackOptions } from "../main.ts";
import { runCaptured, UserError } from "../process.ts";
import { readStackOutput } from "../stack-output.ts";
import { findRegistry } from "../tier-targets.ts";
import { describeStack } from "./prepare.ts";

/** `npm run password`: the password alone on standard output, for a script's pipe. */
export async function password(
	options: StackOptions,
	principal: string,
	tier: string,
): Promise<number> {
	process.stdout.write(await passwordOf(options, principal, tier));
	return 0;
}

/** `npm run login`: `docker login` to the tier; the password never appears on a command line. */
export async function login(
	options: StackOptions,
	principal: string,
	tier: string,
): Promise<number> {
	const { estate } = describeStack(options);
	const address = publishedAddress(findRegistry(estate, tier));
	if (!address) {
		throw new UserError(
			`'${tier}' is not published: only jobs inside the estate log in there`,
		);
	}
	const input = await passwordOf(options, principal, tier);
	const { code, stdout, stderr } = await runCaptured(
		"docker",
		["login", address, "--username", principal, "--password-stdin"],
		{ input },
	);
	console.log(code === 0 ? stdout.trim() : stderr.trim());
	return code;
}

async function passwordOf(
	options: StackOptions,
	principal: string,
	tier: string,
): Promise<string> {
	const { location, estate } = describeStack(options);
	const [account] = findAccounts(estate, principal, tier);
	if (account && !hasPassword(account)) {
		throw new UserError(
			`'${principal}' has no password for '${tier}': the job proves who it is with a token of its cluster. Fix: npm run promote or npm run jobs, which run it there`,
		);
	}
	const passwords = await readStackOutput(location, "passwords");
	return passwords[account?.secret ?? ""] ?? "";
}
