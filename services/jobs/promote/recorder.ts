import { appendFile, mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ManifestContent, Registry } from "../../oci/registry.ts";
import type { Logger } from "../log.ts";
import { attachRecord } from "./attach-record.ts";
import type { Step } from "./plan.ts";
import { type PromotionRecord, recordStatement } from "./record-statement.ts";
import { signStatement } from "./signatures/record-signature.ts";

type Copy = Extract<Step, { action: "copy" }>;

/** What all records of a run have in common. */
export type RunFacts = Pick<
	PromotionRecord,
	"source" | "destination" | "promotedBy" | "promotedAt" | "commit"
>;

/**
 * Writes what a run promotes: a signed record attached to each image before its first tag is written,
 * and a line in the audit log after each tag.
 */
export class Recorder {
	readonly #registry: Registry;
	readonly #privateKey: string;
	/** By repository and digest, with all tags that this run gives the image. */
	readonly #records: ReadonlyMap<string, PromotionRecord>;
	readonly #attached = new Map<string, Promise<void>>();

	constructor(
		registry: Registry,
		privateKey: string,
		steps: readonly Step[],
		facts: RunFacts,
	) {
		this.#registry = registry;
		this.#privateKey = privateKey;
		const copies = steps.filter((step) => step.action === "copy");
		const images = Map.groupBy(copies, keyOf);
		this.#records = new Map(
			[...images].flatMap(([key, [first, ...others]]) =>
				first ? [[key, recordOf([first, ...others], facts)]] : [],
			),
		);
	}

	/** Attaches the record of an image, which is at the destination but for its tag. */
	attach(step: Copy, image: ManifestContent): Promise<void> {
		const key = keyOf(step);
		const known = this.#attached.get(key);
		if (known) return known;
		const attached = this.#attach(key, image);
		this.#attached.set(key, attached);
		return attached;
	}

	async #attach(key: string, image: ManifestContent): Promise<void> {
		const record = this.#records.get(key);
		if (!record) throw new Error(`no record was prepared for ${key}`);
		await attachRecord(
			this.#registry,
			record.repository,
			image,
			signStatement(recordStatement(record), this.#privateKey),
			record.promotedAt,
		);
	}
}

/** Reads the key that signs records; none when the configuration names none. */
export async function recordKey(
	file: string | undefined,
): Promise<string | undefined> {
	return file === undefined ? undefined : readFile(file, "utf8");
}

/** Adds a line to the audit log of a state folder. It is only ever appended to. */
export async function writeAudit(
	state: string,
	line: object,
	log: Logger,
): Promise<void> {
	const file = join(state, "audit.jsonl");
	try {
		await mkdir(state, { recursive: true });
		await appendFile(file, `${JSON.stringify(line)}\n`, { mode: 0o600 });
	} catch (error) {
		log.error({ err: error, file, ...line }, "cannot write the audit log");
	}
}

const keyOf = ({ promotion: { repository, digest } }: Copy) =>
	`${repository}@${digest}`;

function recordOf(
	[first, ...others]: readonly [Copy, ...Copy[]],
	facts: RunFacts,
): PromotionRecord {
	const { repository, digest } = first.promotion;
	return {
		repository,
		digest,
		tags: [first, ...others].map(
			({ promotion: { tag, file, path, sourceTag } }) => ({
				tag,
				file,
				path,
				...(sourceTag !== undefined && { sourceTag }),
			}),
		),
		...facts,
		checks: first.checks ?? { passed: [], lowered: [] },
	};
}
