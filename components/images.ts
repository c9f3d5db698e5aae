import * as pulumi from "@pulumi/pulumi";
import type { Image, ImageSource, Platform } from "./platform/platform.ts";

export interface ImagesArgs {
	readonly platform: Platform;
	readonly registry: ImageSource;
	readonly nginx: ImageSource;
	readonly services: ImageSource;
}

/** The images the estate itself runs on. They come from outside: no tier starts from what it serves. */
export class Images extends pulumi.ComponentResource {
	readonly registry: Image;
	readonly nginx: Image;
	readonly services: Image;

	constructor(
		name: string,
		{ platform, ...sources }: ImagesArgs,
		opts: pulumi.ComponentResourceOptions,
	) {
		super("registry-tiers:index:Images", name, sources, opts);
		const image = (role: keyof typeof sources) =>
			platform.image(`${name}-${role}`, sources[role], { parent: this });
		this.registry = image("registry");
		this.nginx = image("nginx");
		this.services = image("services");
		this.registerOutputs({});
	}
}
