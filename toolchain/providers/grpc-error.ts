import { Metadata, type ServiceError, status } from "@grpc/grpc-js";
import providerMessages from "@pulumi/pulumi/proto/provider_pb.js";
import statusMessages from "@pulumi/pulumi/proto/status_pb.js";
import anyMessages from "google-protobuf/google/protobuf/any_pb.js";
import { IncompleteError } from "./provider.ts";
import { toStruct } from "./responses.ts";
import { type PropertyMap, redact } from "./values.ts";

/**
 * An error as the engine expects it: the message alone, without a stack, without the secrets of the
 * properties it was about. An `IncompleteError` carries the resource, so that the engine records it.
 */
export function grpcError(
	error: unknown,
	about: PropertyMap,
): Pick<ServiceError, "code" | "message" | "metadata"> {
	const text = error instanceof Error ? error.message : String(error);
	const message = redact(text, about);
	const metadata = new Metadata();
	if (error instanceof IncompleteError) {
		const detail = new providerMessages.ErrorResourceInitFailed()
			.setId(error.resource.id)
			.setProperties(toStruct(error.resource.outputs))
			.setInputs(toStruct(about))
			.setReasonsList([message]);
		const packed = new anyMessages.Any();
		packed.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
		const details = new statusMessages.Status();
		details.setCode(status.UNKNOWN);
		details.setMessage(message);
		details.addDetails(packed);
		// gRPC's convention for structured errors; grpc-js leaves it to the application:
		// https://github.com/grpc/grpc-node/issues/184
		metadata.add(
			"grpc-status-details-bin",
			Buffer.from(details.serializeBinary()),
		);
	}
	return { code: status.UNKNOWN, message, metadata };
}
