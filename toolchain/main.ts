import { Command } from "commander";
import { ConfigError } from "../stacks/config/parse.ts";
import { down } from "./commands/down.ts";
import { login, password } from "./commands/login.ts";
import { preview } from "./commands/preview.ts";
import { promote } from "./commands/promote.ts";
import { passThrough } from "./commands/pulumi.ts";
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
	.argument("[pulumi...]", "further arguments for `pulumi up`")
	.action((args, options) => finish(up(options, args)));

command("preview", "show what `up` would change, without changing it")
	.argument(
		"[pulumi...]",
		"further arguments for `pulumi preview`, such as --expect-no-changes",
	)
	.action((args, options) => finish(preview(options, args)));

command("down", "remove everything a stack has put up")
	.argument("[pulumi...]", "further arguments for `pulumi destroy`")
	.action((args, options) => finish(down(options, args)));

command("promote", "run the promotion job by hand")
	.argument("[job...]", "arguments of the job: plan, run, --help", ["run"])
	.action((args, options) => finish(promote(options, args)));

command("password", "print the password of a principal for a tier, for scripts")
	.argument("<principal>", "e.g. ci")
	.argument("<tier>", "e.g. ci-tests")
	.action((principal, tier, options) =>
		finish(password(options, principal, tier)),
	);

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

await program.parseAsync();

function command(name: string, description: string): Command {
	return program
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
