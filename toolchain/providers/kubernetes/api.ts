import type { PropertyMap } from "../values.ts";
import { Discovery, groupPath } from "./discovery.ts";
import type { Kind } from "./kind.ts";
import { listAt, textAt } from "./objects.ts";
import type { Send } from "./request.ts";

/** Names one object. */
export interface Reference extends Kind {
	readonly namespace?: string | undefined;
	readonly name: string;
}

/** How a change is made. */
export interface Change {
	/** Who owns the fields that are set. */
	readonly fieldManager: string;
	/** The server does all but keep the result. */
	readonly dryRun: boolean;
	readonly signal?: AbortSignal | undefined;
}

/** The few verbs of the Kubernetes API, for objects of any kind. */
export class Api {
	readonly kinds: Discovery;
	readonly #send: Send;

	constructor(send: Send) {
		this.#send = send;
		this.kinds = new Discovery(send);
	}

	get(reference: Reference, signal?: AbortSignal): Promise<PropertyMap> {
		return this.#object("GET", reference, {}, { signal });
	}

	/** All objects of a kind in one namespace that match a selector. */
	async list(
		kind: Kind,
		namespace: string,
		selector: Readonly<Record<string, string>>,
		signal?: AbortSignal,
	): Promise<readonly PropertyMap[]> {
		const path = await this.#path(kind, namespace);
		const query = new URLSearchParams(selector);
		const answer = await this.#send({
			method: "GET",
			path: `${path}?${query}`,
			signal,
		});
		return listAt(answer, "items");
	}

	/** Makes an object; fails where one of the name exists. Unknown fields are refused, as `apply` does. */
	async create(object: PropertyMap, change: Change): Promise<PropertyMap> {
		const { namespace, ...kind } = referenceOf(object);
		const path = await this.#path(kind, namespace);
		return this.#send({
			method: "POST",
			path: `${path}?${changeQuery(change, { fieldValidation: "Strict" })}`,
			body: object,
			signal: change.signal,
		});
	}

	/**
	 * Makes or changes an object by server-side apply: what the manager set before and does not set now goes
	 * (https://kubernetes.io/docs/reference/using-api/server-side-apply/).
	 */
	apply(
		object: PropertyMap,
		{ force, ...change }: Change & { readonly force: boolean },
	): Promise<PropertyMap> {
		return this.#object(
			"PATCH",
			referenceOf(object),
			Object.fromEntries(
				changeQuery(change, {
					force: String(force),
					fieldValidation: "Strict",
				}),
			),
			{
				body: object,
				// JSON is YAML.
				contentType: "application/apply-patch+yaml",
				signal: change.signal,
			},
		);
	}

	/** Changes parts of an object by JSON Patch (RFC 6902). */
	patch(
		target: Reference,
		operations: readonly PropertyMap[],
		signal?: AbortSignal,
	): Promise<PropertyMap> {
		return this.#object(
			"PATCH",
			target,
			{},
			{
				body: operations,
				contentType: "application/json-patch+json",
				signal,
			},
		);
	}

	/** Begins to remove an object. */
	async delete(
		target: Reference,
		propagationPolicy: string,
		signal?: AbortSignal,
	): Promise<void> {
		const body = { kind: "DeleteOptions", apiVersion: "v1", propagationPolicy };
		await this.#object("DELETE", target, {}, { body, signal });
	}

	async #object(
		method: "GET" | "PATCH" | "DELETE",
		{ namespace, name, ...kind }: Reference,
		query: Readonly<Record<string, string>>,
		rest: {
			readonly body?: unknown;
			readonly contentType?: string;
			readonly signal?: AbortSignal | undefined;
		},
	): Promise<PropertyMap> {
		const path = await this.#path(kind, namespace);
		const suffix = new URLSearchParams(query).toString();
		return this.#send({
			method,
			path: `${path}/${encodeURIComponent(name)}${suffix && `?${suffix}`}`,
			...rest,
		});
	}

	async #path(kind: Kind, namespace: string | undefined): Promise<string> {
		const { plural, namespaced } = await this.kinds.served(kind);
		const place = namespaced
			? `/namespaces/${encodeURIComponent(namespace ?? "default")}`
			: "";
		return `${groupPath(kind)}${place}/${plural}`;
	}
}

/** What an object says of its kind, its place and its name. */
export function referenceOf(object: PropertyMap): Reference {
	return {
		apiVersion: textAt(object, "apiVersion") ?? "",
		kind: textAt(object, "kind") ?? "",
		namespace: textAt(object, "metadata", "namespace"),
		name: textAt(object, "metadata", "name") ?? "",
	};
}

const changeQuery = (
	{ fieldManager, dryRun }: Change,
	more: Readonly<Record<string, string>>,
) =>
	new URLSearchParams({
		fieldManager,
		...(dryRun && { dryRun: "All" }),
		...more,
	});
