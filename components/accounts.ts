import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { type Account, hasPassword } from "../topology/estate.ts";
import type { GateAccount } from "../topology/gate-config.ts";

// 32 letters and digits are 190 bits: no hash has to be slow to protect them.
const PASSWORD_LENGTH = 32;
const SALT_BYTES = 16;

export interface AccountsArgs {
	/** Those that prove themselves by a token of the platform get no password. */
	readonly accounts: readonly Account[];
	/** Another generation is another password. */
	readonly generationOf: (account: Account) => number;
}

/** The accounts of one gate, each with a random password that nobody chose. */
export class Accounts extends pulumi.ComponentResource {
	/** Passwords by the account's secret name. Secret. */
	readonly passwords: Readonly<Record<string, pulumi.Output<string>>>;
	/** What the gate compares with. Secret too, although a password cannot be found from it. */
	readonly hashed: pulumi.Output<readonly GateAccount[]>;

	constructor(
		name: string,
		{ accounts, generationOf }: AccountsArgs,
		opts: pulumi.ComponentResourceOptions,
	) {
		super("registry-tiers:index:Accounts", name, { accounts }, opts);
		const made = accounts.filter(hasPassword).map((account) => {
			const keepers = { generation: String(generationOf(account)) };
			const password = new random.RandomPassword(
				`${name}-${account.secret}`,
				{ length: PASSWORD_LENGTH, special: false, keepers },
				{ parent: this },
			);
			const salt = new random.RandomBytes(
				`${name}-${account.secret}-salt`,
				{ length: SALT_BYTES, keepers },
				{ parent: this },
			);
			return { account, password: password.result, salt: salt.hex };
		});
		this.passwords = Object.fromEntries(
			made.map(({ account, password }) => [account.secret, password]),
		);
		this.hashed = pulumi.all(
			made.map(({ account, password, salt }) =>
				pulumi
					.all([password, salt])
					.apply(([password, salt]) => hashed(account, password, salt)),
			),
		);
		this.registerOutputs({});
	}
}

function hashed(
	{ principal, registry }: Account,
	password: string,
	salt: string,
): GateAccount {
	const sha256 = createHash("sha256")
		.update(Buffer.from(salt, "hex"))
		.update(password)
		.digest("hex");
	return { principal, registry, salt, sha256 };
}
