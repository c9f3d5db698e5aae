import type { Account, Estate } from "../../topology/estate.ts";
import type { StackOptions } from "../main.ts";
import { readPasswords } from "../passwords.ts";
import { runCaptured, UserError } from "../process.ts";
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
	const port = estate.registries.find(({ name }) => name === tier)?.port;
	const input = await passwordOf(options, principal, tier);
	const { code, stdout, stderr } = await runCaptured(
		"docker",
		["login", `localhost:${port}`, "--username", principal, "--password-stdin"],
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
	const account = findAccount(estate, principal, tier);
	const passwords = await readPasswords(location);
	return passwords[account.secret] ?? "";
}

/** @throws {UserError} naming who has an account there, when this principal has none */
export function findAccount(
	estate: Estate,
	principal: string,
	tier: string,
): Account {
	const accounts = estate.gates
		.flatMap((gate) => gate.accounts)
		.filter(({ registry }) =>
			estate.registries.some((r) => r.name === registry && r.port),
		);
	const account = accounts.find(
		(a) => a.principal === principal && a.registry === tier,
	);
	if (account) return account;
	const choices = accounts.map((a) => `${a.principal} ${a.registry}`);
	throw new UserError(
		`no account, got ${principal} ${tier}; expected one of: ${choices.join(", ")}`,
	);
}
