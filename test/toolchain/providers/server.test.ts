import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { createInterface } from "node:readline";
import { credentials, type ServiceError } from "@grpc/grpc-js";
import providerServices from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import providerMessages from "@pulumi/pulumi/proto/provider_pb.js";
import statusMessages from "@pulumi/pulumi/proto/status_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import struct from "google-protobuf/google/protobuf/struct_pb.js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { grpcError } from "../../../toolchain/providers/grpc-error.ts";
import { IncompleteError } from "../../../toolchain/providers/provider.ts";
import { loadSchema } from "../../../toolchain/providers/schema.ts";
import { secret, UNKNOWN } from "../../../toolchain/providers/values.ts";

const MAIN = resolve(
	import.meta.dirname,
	"../../../toolchain/providers/random/main.ts",
);
const PASSWORD = "random:index/randomPassword:RandomPassword";
const URN = `urn:pulumi:test::test::${PASSWORD}::password`;

let provider: ChildProcess;
let client: InstanceType<typeof providerServices.ResourceProviderClient>;

// The real process, spoken to as the engine does; without an engine's address it serves until it is ended.
beforeAll(async () => {
	provider = spawn(process.execPath, [MAIN], {
		stdio: ["ignore", "pipe", "inherit"],
	});
	if (provider.stdout === null) throw new Error("no standard output");
	const [port] = await once(createInterface(provider.stdout), "line");
	client = new providerServices.ResourceProviderClient(
		`127.0.0.1:${port}`,
		credentials.createInsecure(),
	);
	await call((done) =>
		client.configure(new providerMessages.ConfigureRequest(), done),
	);
});
afterAll(async () => {
	client.close();
	provider.kill();
	await once(provider, "exit");
});

type Answer<T> = (error: ServiceError | null, response: T) => void;

function call<T>(request: (done: Answer<T>) => unknown): Promise<T> {
	return new Promise((done, fail) => {
		request((error, response) => (error ? fail(error) : done(response)));
	});
}

const properties = (values: Record<string, struct.JavaScriptValue>) =>
	struct.Struct.fromJavaScript(values);

test("tells the version of the plugin it stands in for, and its schema", async () => {
	const nothing = new empty.Empty();
	const info = await call<{ getVersion(): string }>((done) =>
		client.getPluginInfo(nothing, done),
	);
	expect(info.getVersion()).toBe("4.21.2");
	const schema = await call<{ getSchema(): string }>((done) =>
		client.getSchema(new providerMessages.GetSchemaRequest(), done),
	);
	expect(JSON.parse(schema.getSchema())).toEqual(loadSchema("random"));
});

test("carries checks, with all failures, over the wire", async () => {
	const request = new providerMessages.CheckRequest()
		.setUrn(URN)
		.setType(PASSWORD)
		.setName("password")
		.setNews(properties({ length: "long", sepcial: true }));
	const response = await call<
		InstanceType<typeof providerMessages.CheckResponse>
	>((done) => client.check(request, done));
	expect(
		response
			.getFailuresList()
			.map((failure) => `${failure.getProperty()}: ${failure.getReason()}`),
	).toEqual([
		'length: expected a whole number, got "long"',
		expect.stringMatching(/^sepcial: unknown property "sepcial"; known are /),
	]);
});

test("carries diffs with their detailed paths over the wire", async () => {
	const request = new providerMessages.DiffRequest()
		.setUrn(URN)
		.setType(PASSWORD)
		.setOlds(properties({ length: 8, keepers: { "a.b": "1", c: "1" } }))
		.setNews(properties({ length: 8, keepers: { "a.b": "2" } }));
	const response = await call<
		InstanceType<typeof providerMessages.DiffResponse>
	>((done) => client.diff(request, done));
	const { UPDATE_REPLACE, DELETE_REPLACE } = providerMessages.PropertyDiff.Kind;
	expect(response.getReplacesList()).toEqual(["keepers"]);
	expect(response.getDiffsList()).toEqual(["keepers"]);
	expect(response.getHasdetaileddiff()).toBe(true);
	expect(
		response
			.getDetaileddiffMap()
			.toArray()
			.map(([path]) => [
				path,
				response.getDetaileddiffMap().get(path)?.getKind(),
			]),
	).toEqual([
		["keepers.c", DELETE_REPLACE],
		['keepers["a.b"]', UPDATE_REPLACE],
	]);
});

test("creates in an update and only pretends to in a preview", async () => {
	const create = (preview: boolean) => {
		const request = new providerMessages.CreateRequest()
			.setUrn(URN)
			.setType(PASSWORD)
			.setPreview(preview)
			.setProperties(
				properties({
					length: 12,
					upper: true,
					special: false,
					minUpper: 0,
					minLower: 0,
					minNumeric: 0,
					minSpecial: 0,
				}),
			);
		return call<InstanceType<typeof providerMessages.CreateResponse>>((done) =>
			client.create(request, done),
		);
	};
	const previewed = await create(true);
	expect(previewed.getId()).toBe("");
	expect(previewed.getProperties()?.toJavaScript()).toMatchObject({
		length: 12,
		result: UNKNOWN,
	});
	const created = await create(false);
	expect(created.getId()).toBe("none");
	expect(created.getProperties()?.toJavaScript()).toMatchObject({
		result: secret(expect.stringMatching(/^[A-Z]{12}$/)),
	});
});

test("answers a type and a function it does not serve with an error that has no stack", async () => {
	const check = new providerMessages.CheckRequest().setType(
		"random:index/randomPet:RandomPet",
	);
	await expect(call((done) => client.check(check, done))).rejects.toThrow(
		/^2 UNKNOWN: the stand-in for the random plugin does not serve random:index\/randomPet:RandomPet; it serves [^\n]*$/,
	);
	const invoke = new providerMessages.InvokeRequest().setTok("random:index:f");
	await expect(call((done) => client.invoke(invoke, done))).rejects.toThrow(
		/^2 UNKNOWN: the stand-in for the random plugin has no functions, and random:index:f was called[^\n]*$/,
	);
});

describe("errors", () => {
	test("do not show the secrets they are about", () => {
		const { message } = grpcError(new Error("bad token hunter22"), {
			token: secret("hunter22"),
		});
		expect(message).toBe("bad token [secret]");
	});

	test("carry a resource that was made nevertheless", () => {
		const outputs = { name: "a", token: secret("hunter22") };
		const error = new IncompleteError("hunter22 was refused", {
			id: "id-1",
			outputs,
		});
		const inputs = { token: secret("hunter22") };
		const { metadata } = grpcError(error, inputs);
		const [binary] = metadata.get("grpc-status-details-bin");
		const status = statusMessages.Status.deserializeBinary(
			new Uint8Array(binary as Buffer),
		);
		const detail = status
			.getDetailsList()[0]
			?.unpack(
				providerMessages.ErrorResourceInitFailed.deserializeBinary,
				"pulumirpc.ErrorResourceInitFailed",
			);
		expect(status.getMessage()).toBe("[secret] was refused");
		expect(detail?.getId()).toBe("id-1");
		expect(detail?.getReasonsList()).toEqual(["[secret] was refused"]);
		expect(detail?.getProperties()?.toJavaScript()).toEqual(outputs);
		expect(detail?.getInputs()?.toJavaScript()).toEqual(inputs);
	});
});
