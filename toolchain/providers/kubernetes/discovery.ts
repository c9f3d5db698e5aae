import type { PropertyMap } from "../values.ts";
import { ifFound, isNotFound } from "./api-error.ts";
import type { Kind } from "./kind.ts";
import { listAt } from "./objects.ts";
import type { Send } from "./request.ts";

/** A kind as the API server serves it. */
export interface ServedKind {
	/** Its name in paths. */
	readonly plural: string;
	/** Whether its objects lie in namespaces. */
	readonly namespaced: boolean;
}

/** The API server does not serve the kind. */
export class UnknownKindError extends Error {
	override readonly name = "UnknownKindError";
	constructor({ apiVersion, kind }: Kind) {
		super(
			`the API server has no ${apiVersion} ${kind}: create its CustomResourceDefinition first, or correct the version`,
		);
	}
}

/** The kinds an API server serves, asked for once a group. */
export class Discovery {
	readonly #send: Send;
	readonly #groups = new Map<string, Promise<readonly PropertyMap[]>>();

	constructor(send: Send) {
		this.#send = send;
	}

	/** @throws UnknownKindError */
	async served(kind: Kind): Promise<ServedKind> {
		const served = await this.find(kind);
		if (served === undefined) throw new UnknownKindError(kind);
		return served;
	}

	/** The kind, if the API server serves it. */
	async find(kind: Kind): Promise<ServedKind | undefined> {
		const path = groupPath(kind);
		const listed = this.#groups.get(path) ?? this.#resources(path);
		this.#groups.set(path, listed);
		const kinds = await listed.catch(() => []);
		const found = kinds.find(
			(each) => each.kind === kind.kind && !isPart(each),
		);
		// One that is not there may come with its definition, a server that is away may come back.
		if (found === undefined) this.#groups.delete(path);
		// Throws what the listing threw.
		await listed;
		return (
			found && {
				plural: String(found.name),
				namespaced: found.namespaced === true,
			}
		);
	}

	async #resources(path: string): Promise<readonly PropertyMap[]> {
		try {
			return listAt(await this.#send({ method: "GET", path }), "resources");
		} catch (error) {
			if (isNotFound(error)) return [];
			throw error;
		}
	}
}

/** The API's root for a group and version. */
export const groupPath = ({ apiVersion }: Kind) =>
	apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;

// `deployments/status` has the kind of the whole.
const isPart = ({ name }: PropertyMap) => String(name).includes("/");

/** Undefined where the object, or its whole kind, is gone. */
export async function existing<T>(request: Promise<T>): Promise<T | undefined> {
	try {
		return await ifFound(request);
	} catch (error) {
		if (error instanceof UnknownKindError) return undefined;
		throw error;
	}
}
