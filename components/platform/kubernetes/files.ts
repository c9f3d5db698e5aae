import type { types } from "@pulumi/kubernetes";
import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { UnsupportedError } from "../../../topology/unsupported.ts";
import {
	CONFIG_ROOT,
	type Credential,
	type ProgramArgs,
	type Storage,
} from "../platform.ts";

/** Files of one container: its pod's volumes, and where the container has them. */
export interface Files {
	readonly volumes: readonly types.input.core.v1.Volume[];
	readonly mounts: readonly types.input.core.v1.VolumeMount[];
	/** What has to be there before the pod. */
	readonly resources: readonly pulumi.Resource[];
}

export interface FilesArgs {
	/** Begins the names of volumes. */
	readonly container: string;
	readonly program: Pick<
		ProgramArgs,
		"files" | "scripts" | "reread" | "mounts"
	>;
	/** Proofs of a job that stand among its files. */
	readonly credentials?: Readonly<Record<string, Credential>>;
	readonly metadata: types.input.meta.v1.ObjectMeta;
	/** Name of the Secret that changes in place. */
	readonly inbox: string;
}

// The group is the pod's, see POD_SECURITY; nobody else is in the container.
const READABLE = 0o440;
const EXECUTABLE = 0o550;
/** Large enough for what nginx and registries put aside, small enough not to fill a node. */
const SCRATCH = "64Mi";
/** Tokens last the shortest time kubelet asks for; it renews them after four fifths of it. */
const TOKEN_SECONDS = 600;
/** https://kubernetes.io/docs/concepts/configuration/secret/#restriction-data-size, with room for keys */
const LARGEST_SECRET = 1_000_000;

/**
 * Makes the Secrets of a container's files and says how it gets them. All of them are Secrets: which file
 * is one is for the program to know, and what is in a ConfigMap more people can read.
 *
 * The one with the configuration has an automatic name: other contents are another Secret, and whatever
 * mounts it rolls. The one the program reads again has a fixed name and changes below it.
 */
export function containerFiles(
	name: string,
	{ container, program, credentials = {}, metadata, inbox }: FilesArgs,
	parent: pulumi.Resource,
): Files {
	const { files, scripts = {}, reread, mounts = [] } = program;
	const passwords = Object.entries(credentials).flatMap(([file, credential]) =>
		credential.kind === "password"
			? [[file, credential.password] as const]
			: [],
	);
	const contents = { ...files, ...scripts, ...Object.fromEntries(passwords) };
	const config = new kubernetes.core.v1.Secret(
		`${name}-config`,
		{ metadata, stringData: byKey(contents), immutable: true },
		{ parent },
	);
	const read = reread && rereadSecret();
	const volume = (role: string) => `${container}-${role}`;
	return {
		volumes: [
			{
				name: volume("config"),
				projected: {
					defaultMode: READABLE,
					sources: [
						{
							secret: {
								name: config.metadata.name,
								items: Object.keys(contents).map((path) => ({
									key: keyOf(path),
									path,
									...(path in scripts && { mode: EXECUTABLE }),
								})),
							},
						},
						...tokens(),
					],
				},
			},
			...(reread && read
				? [
						{
							name: volume("inbox"),
							secret: {
								secretName: inbox,
								defaultMode: READABLE,
								items: Object.keys(reread.files).map((path) => ({
									key: keyOf(path),
									path,
								})),
							},
						},
					]
				: []),
			{ name: volume("scratch"), emptyDir: { sizeLimit: SCRATCH } },
		],
		mounts: [
			{ name: volume("config"), mountPath: CONFIG_ROOT, readOnly: true },
			...(reread
				? [{ name: volume("inbox"), mountPath: reread.path, readOnly: true }]
				: []),
			{ name: volume("scratch"), mountPath: "/tmp" },
			...mounts.map(({ storage, path, readOnly }) => ({
				name: claimVolume(storage),
				mountPath: path,
				readOnly,
			})),
		],
		resources: [config, ...(read ? [read] : [])],
	};

	function rereadSecret() {
		const { files: contents = {} } = reread ?? {};
		const bytes = Object.values(contents).reduce<number>(
			(sum, text) =>
				sum + (typeof text === "string" ? Buffer.byteLength(text) : 0),
			0,
		);
		if (bytes > LARGEST_SECRET) {
			throw new UnsupportedError(
				name,
				`${bytes} bytes of files from the checkout, where a Secret holds ${LARGEST_SECRET}`,
				"remove what is no longer needed, or say it shorter with rules",
			);
		}
		return new kubernetes.core.v1.Secret(
			`${name}-inbox`,
			{ metadata: { ...metadata, name: inbox }, stringData: byKey(contents) },
			{ parent },
		);
	}

	function tokens(): types.input.core.v1.VolumeProjection[] {
		return Object.entries(credentials).flatMap(([path, credential]) =>
			credential.kind === "token"
				? [
						{
							serviceAccountToken: {
								path,
								audience: credential.audience,
								expirationSeconds: TOKEN_SECONDS,
							},
						},
					]
				: [],
		);
	}
}

/** Name of a claim's volume in its pod. */
const claimVolume = ({ id }: Storage) => `claim-${id}`;

/** The volumes of claims, each once however many containers of the pod use it. */
export function claimVolumes(
	programs: readonly Pick<ProgramArgs, "mounts">[],
): readonly types.input.core.v1.Volume[] {
	const storages = programs.flatMap(({ mounts = [] }) =>
		mounts.map(({ storage }) => storage),
	);
	return [...new Set(storages)].map((storage) => ({
		name: claimVolume(storage),
		persistentVolumeClaim: { claimName: storage.name },
	}));
}

const byKey = (files: Readonly<Record<string, pulumi.Input<string>>>) =>
	Object.fromEntries(
		Object.entries(files).map(([path, text]) => [keyOf(path), text]),
	);

/** A path as a key of a Secret, which takes letters, digits, `-`, `_` and `.` only. */
const keyOf = (path: string) =>
	Array.from(path, (character) =>
		/[-.a-zA-Z0-9]/.test(character)
			? character
			: `_${Buffer.from(character).toString("hex")}_`,
	).join("");
