import type * as docker from "@pulumi/docker";
import type { Unwrap } from "@pulumi/pulumi";
import { expectTypeOf, test } from "vitest";
import type { ContainerInputs } from "../../../../toolchain/providers/docker/container-inputs.ts";
import type { ImageInputs } from "../../../../toolchain/providers/docker/image.ts";
import type { NetworkInputs } from "../../../../toolchain/providers/docker/network.ts";
import type { RemoteImageInputs } from "../../../../toolchain/providers/docker/remote-image.ts";
import type { VolumeInputs } from "../../../../toolchain/providers/docker/volume.ts";

/** The same properties, of which absent ones are really absent, as they arrive at a provider. */
type Arriving<T> = T extends readonly (infer Item)[]
	? Arriving<Item>[]
	: T extends object
		? { [K in keyof T]: Arriving<Exclude<T[K], undefined>> }
		: T;

type Official<Args> = Arriving<Unwrap<Args>>;

test("the inputs of the stand-in have the types of the official SDK (checked by tsc)", () => {
	expectTypeOf<Official<docker.ContainerArgs>>().toExtend<ContainerInputs>();
	expectTypeOf<Official<docker.ImageArgs>>().toExtend<ImageInputs>();
	expectTypeOf<Official<docker.NetworkArgs>>().toExtend<NetworkInputs>();
	expectTypeOf<
		Official<docker.RemoteImageArgs>
	>().toExtend<RemoteImageInputs>();
	expectTypeOf<Official<docker.VolumeArgs>>().toExtend<VolumeInputs>();
});

test("the stand-in has no inputs but those of the official SDK (checked by tsc)", () => {
	type Foreign<Own, Args> = Exclude<keyof Own, keyof Args>;
	expectTypeOf<Foreign<ContainerInputs, docker.ContainerArgs>>().toBeNever();
	expectTypeOf<Foreign<ImageInputs, docker.ImageArgs>>().toBeNever();
	expectTypeOf<Foreign<NetworkInputs, docker.NetworkArgs>>().toBeNever();
	expectTypeOf<
		Foreign<RemoteImageInputs, docker.RemoteImageArgs>
	>().toBeNever();
	expectTypeOf<Foreign<VolumeInputs, docker.VolumeArgs>>().toBeNever();
});
