import { createPrivateKey, createPublicKey } from "node:crypto";
import { appendFile, mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ManifestContent, Registry } from "../../oci/registry.ts";
import type { TagInventory } from "../../oci/tag-inventory.ts";
import type { Logger } from "../log.ts";
import { InvalidInputError } from "../problem.ts";
import { attachRecord } from "./attach-record.ts";
import type { Step } from "./plan.ts";
import { signedRecords } from "./read-records.ts";
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
	readonly #tags: TagInventory;
	readonly #privateKey: string;
	/** By repository and digest, with all tags that this run gives the image. */
	readonly #records: ReadonlyMap<string, PromotionRecord>;
	readonly #attached = new Map<string, Promise<void>>();

	/** @param tags the destination's, as they were before the run wrote anything. */
	constructor(
		registry: Registry,
		tags: TagInventory,
		privateKey: string,
		steps: readonly Step[],
		facts: RunFacts,
	) {
		this.#registry = registry;
		this.#tags = tags;
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
		const { repository, digest, promotedAt } = record;
		const registry = this.#registry;
		const statement = recordStatement(record);
		const tags = await this.#tags.of(repository);
		const written = await signedRecords(
			{ registry, repository, tags },
			digest,
			publicKeyOf(this.#privateKey),
		);
		// A run that failed after its record: every further try would leave one more.
		if (written.some((it) => timeless(it) === timeless(statement))) return;
		const bundle = signStatement(statement, this.#privateKey);
		await attachRecord(registry, repository, image, bundle, promotedAt);
	}
}

/**
 * Reads the key that signs records; none when the configuration names none.
 *
 * @throws InvalidInputError when there is no such key in the file.
 */
export async function recordKey(
	file: string | undefined,
): Promise<string | undefined> {
	if (file === undefined) return undefined;
	try {
		const key = await readFile(file, "utf8");
		const { asymmetricKeyDetails } = createPrivateKey(key);
		if (asymmetricKeyDetails?.namedCurve === "prime256v1") return key;
		throw new Error("a key of another kind");
	} catch (error) {
		const { code } = error as NodeJS.ErrnoException;
		throw new InvalidInputError([
			{
				file,
				path: "",
				what: "cannot read the key that signs promotion records",
				got: code?.startsWith("ERR_") === false ? code : "another content",
				expected: "an ECDSA key on P-256, PKCS #8 in PEM",
				fix: "mount it there, or correct 'recordKeyFile' in the configuration",
			},
		]);
	}
}

/** The other half of a private key: SubjectPublicKeyInfo in PEM. */
export function publicKeyOf(privateKey: string): string {
	return createPublicKey(privateKey)
		.export({ type: "spki", format: "pem" })
		.toString();
}

/** What a record says, but for when. */
function timeless(statement: object): string {
	return JSON.stringify(statement, (key, value) =>
		key === "promotedAt" ? undefined : value,
	);
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
