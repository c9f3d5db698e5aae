import {
	type handleUnaryCall,
	Server,
	ServerCredentials,
	type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import pluginMessages from "@pulumi/pulumi/proto/plugin_pb.js";
import providerServices from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import type {
	CheckRequest,
	ConfigureRequest,
	CreateRequest,
	DeleteRequest,
	DiffRequest,
	InvokeRequest,
	ReadRequest,
	UpdateRequest,
} from "@pulumi/pulumi/proto/provider_pb.js";
import providerMessages from "@pulumi/pulumi/proto/provider_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import { Engine } from "./engine.ts";
import { grpcError } from "./grpc-error.ts";
import type { Protocol, Target } from "./provider.ts";
import { checkResponse, diffResponse, toMap, toStruct } from "./responses.ts";
import type { PropertyMap } from "./values.ts";

// The limit the engine itself sets, sdk/go/common/util/rpcutil/serve.go (`MaxRPCMessageSize`).
const MAX_MESSAGE_BYTES = 400 * 1024 * 1024;

/**
 * Serves a stand-in to the engine that started this process: `argv` ends with the engine's address, and
 * the port is the first line on standard output. Ends when the engine is gone.
 */
export async function serve(
	standIn: Protocol,
	argv: readonly string[],
): Promise<void> {
	const address = argv.at(-1);
	const engine = address === undefined ? undefined : new Engine(address);
	const cancellation = new AbortController();
	const calls = new Set<Promise<void>>();
	const server = new Server({
		"grpc.max_receive_message_length": MAX_MESSAGE_BYTES,
		"grpc.max_send_message_length": MAX_MESSAGE_BYTES,
	});
	server.addService(providerServices.ResourceProviderService, handlers());
	console.log(await listen(server));
	engine?.watch(async () => {
		// What is half made is undone before the process ends: nobody will ask for it again.
		cancellation.abort();
		await Promise.allSettled(calls);
		process.exit();
	});

	function handlers(): UntypedServiceImplementation {
		const { name, version } = standIn.schema;
		return {
			getPluginInfo: unary(async () =>
				new pluginMessages.PluginInfo().setVersion(version),
			),
			getSchema: unary(async () =>
				new providerMessages.GetSchemaResponse().setSchema(
					JSON.stringify(standIn.schema),
				),
			),
			checkConfig: unary(async (request: CheckRequest) =>
				checkResponse(standIn.checkConfig(toMap(request.getNews()))),
			),
			diffConfig: unary(async (request: DiffRequest) => {
				const changes = await standIn.diffConfig(
					toMap(request.getOldInputs()),
					toMap(request.getNews()),
				);
				return diffResponse({ changes, deleteBeforeReplace: false });
			}),
			configure: unary(async (request: ConfigureRequest) => {
				await standIn.configure(toMap(request.getArgs()));
				return new providerMessages.ConfigureResponse()
					.setAcceptsecrets(true)
					.setSupportspreview(true);
			}),
			check: unary(async (request: CheckRequest) =>
				checkResponse(
					await standIn.check(
						target(request),
						toMap(request.getNews()),
						toMap(request.getOlds()),
						request.getRandomseed_asU8(),
					),
				),
			),
			diff: unary(async (request: DiffRequest) =>
				diffResponse(
					standIn.diff(
						target(request),
						toMap(request.getOlds()),
						toMap(request.getOldInputs()),
						toMap(request.getNews()),
						request.getIgnorechangesList(),
					),
				),
			),
			create: unary(
				async (request: CreateRequest) => {
					const inputs = toMap(request.getProperties());
					const response = new providerMessages.CreateResponse();
					if (request.getPreview())
						return response.setProperties(
							toStruct(await standIn.previewCreate(target(request), inputs)),
						);
					const { id, outputs } = await standIn.create(target(request), inputs);
					return response.setId(id).setProperties(toStruct(outputs));
				},
				(request) => toMap(request.getProperties()),
			),
			read: unary(
				async (request: ReadRequest) => {
					const inputs = toMap(request.getInputs());
					const found = await standIn.read(
						target(request),
						{ id: request.getId(), outputs: toMap(request.getProperties()) },
						inputs,
					);
					const response = new providerMessages.ReadResponse();
					if (found === undefined) return response;
					return response
						.setId(found.id)
						.setProperties(toStruct(found.outputs))
						.setInputs(toStruct(found.inputs ?? inputs));
				},
				(request) => toMap(request.getInputs()),
			),
			update: unary(
				async (request: UpdateRequest) => {
					const inputs = toMap(request.getNews());
					const state = toMap(request.getOlds());
					const ignored = request.getIgnorechangesList();
					const outputs = request.getPreview()
						? await standIn.previewUpdate(
								target(request),
								state,
								inputs,
								ignored,
							)
						: await standIn.update(
								target(request),
								{ id: request.getId(), outputs: state },
								inputs,
								ignored,
							);
					return new providerMessages.UpdateResponse().setProperties(
						toStruct(outputs),
					);
				},
				(request) => toMap(request.getNews()),
			),
			delete: unary(
				async (request: DeleteRequest) => {
					await standIn.delete(target(request), {
						id: request.getId(),
						outputs: toMap(request.getProperties()),
					});
					return new empty.Empty();
				},
				(request) => toMap(request.getProperties()),
			),
			invoke: unary(async (request: InvokeRequest) => {
				throw new Error(
					`the stand-in for the ${name} plugin has no functions, and ${request.getTok()} was called; install the official plugin ${name} ${version} to use it`,
				);
			}),
			cancel: unary(async () => {
				cancellation.abort();
				return new empty.Empty();
			}),
		};
	}

	/** One call from the engine; `about` are the properties whose secrets its errors must not show. */
	function unary<Request, Response>(
		handle: (request: Request) => Promise<Response>,
		about: (request: Request) => PropertyMap = () => ({}),
	): handleUnaryCall<Request, Response> {
		return ({ request }, answer) => {
			const call = handle(request)
				.then(
					(response) => answer(null, response),
					(error: unknown) => answer(grpcError(error, about(request))),
				)
				.finally(() => calls.delete(call));
			calls.add(call);
		};
	}

	function target(request: {
		getUrn(): string;
		getName(): string;
		getType(): string;
		getTimeout?(): number;
	}): Target {
		return {
			type: request.getType(),
			call: {
				name: request.getName(),
				signal: cancellation.signal,
				timeoutSeconds: request.getTimeout?.() ?? 0,
				log: (severity, message) =>
					engine?.log(request.getUrn(), severity, message),
				status: (message) =>
					engine?.log(request.getUrn(), "info", message, { passing: true }),
			},
		};
	}
}

function listen(server: Server): Promise<number> {
	return new Promise((resolve, reject) => {
		server.bindAsync(
			"127.0.0.1:0",
			ServerCredentials.createInsecure(),
			(error, port) => (error === null ? resolve(port) : reject(error)),
		);
	});
}
