import { connect } from "node:net";
import { credentials } from "@grpc/grpc-js";
import engineServices from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import engineMessages from "@pulumi/pulumi/proto/engine_pb.js";

const POLL_INTERVAL_MS = 1_000;
// One refused connection can be a full backlog; two in a row are a closed port.
const REFUSALS_UNTIL_GONE = 2;

/** The Pulumi engine that started this provider: `host:port` of its own gRPC server. */
export class Engine {
	readonly #address: string;
	readonly #client: InstanceType<typeof engineServices.EngineClient>;

	constructor(address: string) {
		this.#address = address;
		this.#client = new engineServices.EngineClient(
			address,
			credentials.createInsecure(),
		);
	}

	/**
	 * Shows a message beside the resource, for good or until the next one; a message that cannot be
	 * delivered is not worth a failure.
	 */
	log(
		urn: string,
		severity: "info" | "warning",
		message: string,
		{ passing = false } = {},
	): void {
		const { INFO, WARNING } = engineMessages.LogSeverity;
		const request = new engineMessages.LogRequest()
			.setUrn(urn)
			.setSeverity(severity === "info" ? INFO : WARNING)
			.setEphemeral(passing)
			.setMessage(message);
		this.#client.log(request, () => {});
	}

	/**
	 * Calls `onGone` once when nothing answers at the engine's address any more. An engine that was killed
	 * does not end its plugins; without this they would run for ever.
	 */
	watch(onGone: () => void): void {
		let refusals = 0;
		const poll = setInterval(async () => {
			refusals = (await answers(this.#address)) ? 0 : refusals + 1;
			if (refusals < REFUSALS_UNTIL_GONE) return;
			clearInterval(poll);
			onGone();
		}, POLL_INTERVAL_MS);
		poll.unref();
	}
}

function answers(address: string): Promise<boolean> {
	const separator = address.lastIndexOf(":");
	const [host, port] = [
		address.slice(0, separator),
		address.slice(separator + 1),
	];
	return new Promise((resolve) => {
		const socket = connect({ host, port: Number(port) });
		const settle = (answer: boolean) => {
			socket.destroy();
			resolve(answer);
		};
		socket.once("connect", () => settle(true));
		socket.once("error", () => settle(false));
	});
}
