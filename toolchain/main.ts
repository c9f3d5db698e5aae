import { Command } from "commander";
import { ConfigError } from "../stacks/config/parse.ts";
import { clients } from "./commands/clients.ts";
import { clusterDown, clusterUp, showCluster } from "./commands/cluster.ts";
import { demo } from "./commands/demo.ts";
import { down } from "./commands/down.ts";
import { jobByHand, listJobs } from "./commands/jobs.ts";
import { login, password } from "./commands/login.ts";
import { PLAN_FORMATS, plan } from "./commands/plan.ts";
import { policies } from "./commands/policies.ts";
import { preview } from "./commands/preview.ts";
import { promote } from "./commands/promote.ts";
import { passThrough } from "./commands/pulumi.ts";
import { resetCache, resetSandbox } from "./commands/reset.ts";
import { rotateKey, rotateSecret } from "./commands/rotate.ts";
import { selfTest } from "./commands/self-test.ts";
import { signingKey } from "./commands/signing-key.ts";
import { status } from "./commands/status.ts";
import { up } from "./commands/up.ts";
import { UserError } from "./process.ts";

/** Options every command on a stack takes. */
export interface StackOptions {
	readonly stack: string;
	readonly configFile?: string;
	/** False with --no-install. */
	readonly install: boolean;
}

const program = new Command("npm run")
	.description("Puts up, shows and takes down the registry tiers of a stack.")
	.helpCommand(false)
	.showHelpAfterError("run it with --help to see what it takes");

command(
	"up",
	"bring a stack to what its configuration says, and show its tiers",
)
	.option("--tier <name>", "change what belongs to this tier alone")
	.argument("[pulumi...]", "further arguments for `pulumi up`")
	.action((args, options) => finish(up(options, args)));

command("preview", "show what `up` would change, without changing it")
	.argument(
		"[pulumi...]",
		"further arguments for `pulumi preview`, such as --expect-no-changes",
	)
	.action((args, options) => finish(preview(options, args)));

program
	.command("plan")
	.description(
		"show what this checkout changes, for a review: who may do what, data that goes, rules that are broken; without an engine and without credentials. It fails when nothing of it may be deployed",
	)
	.helpCommand(false)
	.option("-s, --stack <name...>", "these stacks alone (default: all)")
	.option(
		"--base <revision>",
		"commit to compare with (default: where this checkout left origin/main or main; there, the last commit)",
	)
	.option(
		"--format <form>",
		`${PLAN_FORMATS.join(", ")}: for a comment, a browser or a machine`,
		"md",
	)
	.option("--out <file>", "write it to a file")
	.action((options) => finish(plan(options)));

command("policies", "judge what a stack has put up by the rules of policies/")
	.option("--preview", "judge what `up` would do instead")
	.option("--json", "print it as JSON")
	.argument("[pulumi...]", "further arguments for `pulumi preview`")
	.action((args, options) => finish(policies(options, args)));

command("down", "remove everything a stack has put up")
	.argument("[pulumi...]", "further arguments for `pulumi destroy`")
	.action((args, options) => finish(down(options, args)));

command(
	"demo",
	"take an image through the tiers of a running stack, and show each command",
)
	.option("--script", "print the commands as a shell script, and run none")
	.action((options) => finish(demo(options)));

command("promote", "run the promotion job by hand")
	.option("--offline", "plan from the checkout alone, e.g. in a pull request")
	.option(
		"--manifests <folder>",
		"promotion manifests of this machine, instead of those that `up` brought to the promoter",
	)
	.argument("[job...]", "arguments of the job: plan, run, --help", ["run"])
	.action((args, options) => finish(promote(options, args)));

command("status", "show health, version and fill of each tier, and the jobs")
	.option("--json", "print it as JSON")
	.action((options) => finish(status(options)));

command(
	"self-test",
	"try what every principal may and may not do at each tier, on the running stack",
)
	.option("--tier <name>", "this tier alone, e.g. ci-tests")
	.option("--json", "print the report as JSON")
	.action((options) => finish(selfTest(options)));

const jobs = group("jobs", "the jobs that run on a schedule");
command("cleanup", "remove old tags from Sandbox and CI by hand", jobs)
	.argument("[job...]", "arguments of the job: plan, run, --help", ["run"])
	.action((args, options) => finish(jobByHand(options, "cleanup", args)));
command("mirror", "fill the Archive by hand", jobs)
	.argument("[job...]", "arguments of the job: plan, run, --help", ["run"])
	.action((args, options) => finish(jobByHand(options, "mirror", args)));
command("list", "show the next and the last run of each job", jobs)
	.option("--json", "print it as JSON")
	.action((options) => finish(listJobs(options)));

const sandbox = group("sandbox", "the Sandbox tier");
command("reset", "replace it by a new, empty one", sandbox).action((options) =>
	finish(resetSandbox(options)),
);

const cache = group("cache", "the pull-through caches of a region");
command("reset", "empty a region's caches, one replica after the other", cache)
	.argument("<region>", "e.g. eu")
	.option("--force", "even while the origin is away")
	.action((region, options) => finish(resetCache(options, region)));

command(
	"clients",
	"show or write the files with which clients pull through the estate",
)
	.option("--location <name>", "home or a region (default: all)")
	.option("--to <folder>", "write the files below a folder")
	.option("--force", "replace files there that say something else")
	.option("--json", "print the files, for a script")
	.action((options) => finish(clients(options)));

const rotation = group("rotate", "replace a key or a password by a new one");
command("key", "let the next signing key of a tier take over", rotation)
	.argument("<tier>", "e.g. ci-tests")
	.action((tier, options) => finish(rotateKey(options, tier)));
command("secret", "make a new password of a principal for a tier", rotation)
	.argument("<principal>", "e.g. ci")
	.argument("<tier>", "e.g. ci-tests")
	.action((principal, tier, options) =>
		finish(rotateSecret(options, principal, tier)),
	);

command("password", "print the password of a principal for a tier, for scripts")
	.argument("<principal>", "e.g. ci")
	.argument("<tier>", "e.g. ci-tests")
	.action((principal, tier, options) =>
		finish(password(options, principal, tier)),
	);

command(
	"signing-key",
	"print the key a signer of images signs with, as cosign takes it",
)
	.argument("<signer>", "e.g. ci; promoter for the key of promotion records")
	.option("--public", "the public half, with which signatures are checked")
	.action((signer, options) => finish(signingKey(options, signer)));

command("login", "log docker in to a tier as a principal")
	.argument("<principal>", "e.g. ci")
	.argument("<tier>", "e.g. ci-tests")
	.action((principal, tier, options) =>
		finish(login(options, principal, tier)),
	);

command(
	"pulumi",
	"run the Pulumi CLI on a stack, with its state and passphrase",
)
	.argument("[pulumi...]", "arguments of the CLI, e.g. stack output")
	.action((args, options) => finish(passThrough(options, args)));

const cluster = program
	.command("cluster")
	.description("a Kubernetes cluster of one node on this machine, for trying")
	.helpCommand(false);
cluster
	.command("up")
	.description("start it, or what is missing of it, and print its kubeconfig")
	.action(() => finish(clusterUp()));
cluster
	.command("down")
	.description("remove it with all that is in it")
	.action(() => finish(clusterDown()));
cluster
	.command("status")
	.description("show what of it runs")
	.action(() => finish(showCluster()));

await program.parseAsync();

/** A word that others follow, such as `reset`. */
function group(name: string, description: string): Command {
	return program.command(name).description(description).helpCommand(false);
}

function command(
	name: string,
	description: string,
	parent: Command = program,
): Command {
	return parent
		.command(name)
		.description(description)
		.option("-s, --stack <name>", "the stack", "dev")
		.option(
			"--config-file <file>",
			"the stack's configuration (default: Pulumi.<stack>.yaml)",
		)
		.option("--no-install", "never install a missing Docker Engine")
		.allowUnknownOption();
}

/** Ends with the command's exit code; what the user can mend is shown as its message alone. */
async function finish(result: Promise<number>): Promise<void> {
	try {
		process.exitCode = await result;
	} catch (error) {
		if (error instanceof UserError || error instanceof ConfigError) {
			console.error(`error: ${error.message}`);
			process.exitCode = 1;
			return;
		}
		throw error;
	}
}
