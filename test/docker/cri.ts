import { Client, credentials } from "@grpc/grpc-js";
import protobuf from "google-protobuf";

/** A login as kubelet hands it over from a pull secret. */
export interface PullSecret {
	readonly username: string;
	readonly password: string;
}

// Field numbers: https://github.com/kubernetes/cri-api/blob/v0.34.0/pkg/apis/runtime/v1/api.proto
const PULL_REQUEST = { image: 1, auth: 2 };
const IMAGE_SPEC = { image: 1 };
const AUTH_CONFIG = { username: 1, password: 2 };
const PULL_RESPONSE = { imageRef: 1 };

/**
 * Pulls an image as kubelet does, through the runtime's image service.
 *
 * @param socket absolute path of the runtime's socket
 * @returns the image's id, which is the digest of its configuration
 */
export async function pullAsKubelet(
	socket: string,
	image: string,
	secret?: PullSecret,
): Promise<string> {
	const client = new Client(`unix://${socket}`, credentials.createInsecure());
	try {
		return await new Promise((resolve, reject) =>
			client.makeUnaryRequest(
				"/runtime.v1.ImageService/PullImage",
				(request: Uint8Array) => Buffer.from(request),
				imageRefOf,
				pullRequest(image, secret),
				(error, imageRef) => (error ? reject(error) : resolve(imageRef ?? "")),
			),
		);
	} finally {
		client.close();
	}
}

function pullRequest(image: string, secret?: PullSecret): Uint8Array {
	const request = new protobuf.BinaryWriter();
	const spec = new protobuf.BinaryWriter();
	spec.writeString(IMAGE_SPEC.image, image);
	request.writeBytes(PULL_REQUEST.image, spec.getResultBuffer());
	if (secret) {
		const auth = new protobuf.BinaryWriter();
		auth.writeString(AUTH_CONFIG.username, secret.username);
		auth.writeString(AUTH_CONFIG.password, secret.password);
		request.writeBytes(PULL_REQUEST.auth, auth.getResultBuffer());
	}
	return request.getResultBuffer();
}

function imageRefOf(response: Uint8Array): string {
	const reader = new protobuf.BinaryReader(response);
	while (reader.nextField()) {
		if (reader.getFieldNumber() === PULL_RESPONSE.imageRef) {
			return reader.readString();
		}
		reader.skipField();
	}
	return "";
}
