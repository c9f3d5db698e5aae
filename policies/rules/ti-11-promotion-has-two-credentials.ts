import { promotersOf } from "../registry/jobs.ts";
import type { StackRule } from "../rule.ts";

/** One credential for both ends would let whoever reads CI write Prod. */
export const promotionHasTwoCredentials: StackRule = {
	id: "TI-11",
	sentence:
		"promotion reads CI Snapshots and writes Prod alone, with a credential for each",
	remedy:
		"set source to ci-snapshots and destination to prod-rw, each with a passwordFile of its own",
	severity: "critical",
	link: "https://slsa.dev/spec/v1.0/threats",
	judgeStack(resources, report) {
		for (const { server, config } of promotersOf(resources)) {
			const { source, destination } = config;
			const say = (fact: string) =>
				report(server.resource, `'${server.name}' ${fact}`);
			if (!isHostOf(source.url, "ci-snapshots")) say(`reads ${source.url}`);
			if (!isHostOf(destination.url, "prod-rw"))
				say(`writes ${destination.url}`);
			for (const [end, { passwordFile }] of Object.entries({
				source,
				destination,
			})) {
				if (!passwordFile) say(`has no passwordFile for its ${end}`);
			}
			const [read, write] = [source, destination].map(
				({ passwordFile = "" }) => ({
					passwordFile,
					password: server.files[passwordFile],
				}),
			);
			if (read?.passwordFile === write?.passwordFile)
				say("has one passwordFile for both ends");
			else if (
				read?.password !== undefined &&
				read.password === write?.password
			)
				say("has the same password for both ends");
		}
	},
};

const isHostOf = (url = "unset:", tier: string): boolean =>
	new RegExp(`(?:^|[.-])${tier}(?:[.-]|$)`).test(new URL(url).hostname);
