import type * as pulumi from "@pulumi/pulumi";
import {
	type Account,
	type Estate,
	registryNamed,
} from "../topology/estate.ts";
import type { Credential } from "./platform/platform.ts";

/** How a job proves that it is an account's. */
export type CredentialOf = (account: Account) => Credential;

/** The account's password, or a token of the platform for the registry's token service alone. */
export const credentials =
	(
		estate: Estate,
		passwordOf: (account: Account) => pulumi.Output<string>,
	): CredentialOf =>
	(account) =>
		account.serviceAccount
			? {
					kind: "token",
					account: account.serviceAccount,
					audience: registryNamed(estate, account.registry).service,
				}
			: { kind: "password", password: passwordOf(account) };
