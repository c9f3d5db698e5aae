import type { MirrorConfig } from "../../../topology/housekeeping-config.ts";
import { PROMOTED_ARTIFACT_TYPES } from "../../../topology/job-config.ts";
import { all } from "../../oci/all.ts";
import { passwordFile } from "../../oci/credentials.ts";
import { Registry } from "../../oci/registry.ts";
import type { Transport } from "../../oci/transport.ts";
import { messageOf } from "../error-message.ts";
import { withLease } from "../lease.ts";
import {
	formatProblem,
	InvalidInputError,
	sortedProblems,
} from "../problem.ts";
import { countOutcomes, stopOf } from "../run-report.ts";
import { type JobOptions, withTransport } from "../with-transport.ts";
import { readYamlFiles } from "../yaml-files.ts";
import { carryOut, resultOf } from "./carry-out.ts";
import { expiredOverrides } from "./expiry.ts";
import { type Current, fixedImage, planMirror, type Step } from "./plan.ts";
import { exitStatus, type MirrorReport, OUTCOMES } from "./report.ts";
import { Upstreams } from "./upstreams.ts";
import { archiveName, type WantedTag } from "./wanted-tag.ts";
import { parseWantedTags } from "./wanted-tags.ts";

export interface MirrorOptions extends JobOptions {
	readonly config: MirrorConfig;
	/** Folder of the lease. */
	readonly state: string;
	/** The day that overrides expire by and backup tags bear. @default - the machine's, in UTC */
	readonly now?: () => Date;
}

/**
 * Fills the Archive with what the lists ask for: plans by comparing upstream with the Archive, then
 * copies what is missing there. Nothing is ever deleted from the Archive, and a tag moves only after
 * what it pointed to is kept under another one. What goes wrong with one tag is reported and leaves
 * the others alone.
 *
 * It waits for a run with the same state folder that is under way. It may be killed at any point and run
 * again, and two runs at a time do no harm.
 *
 * @throws InvalidInputError when anything is wrong with any list, before anything is done, and
 * CredentialError when the password cannot be read.
 */
export async function mirror(options: MirrorOptions): Promise<MirrorReport> {
	const { config, state, dryRun } = options;
	const wanted = await readWantedTags(config.lists);
	const run = () => fill(wanted, options);
	if (dryRun) return run();
	return withLease(state, { ...options, job: "mirror" }, run);
}

function fill(
	wanted: readonly WantedTag[],
	options: MirrorOptions,
): Promise<MirrorReport> {
	const { config, dryRun, signal, log, now = () => new Date() } = options;
	const started = Date.now();
	const today = now();
	const expired = expiredOverrides(wanted, today);
	for (const problem of expired) log.error(problem, "an override has expired");
	return withTransport(options, async (transport) => {
		const archive = await openArchive(config, transport);
		const upstreams = new Upstreams({
			urls: config.upstreams,
			destination: archive,
			artifactTypes: PROMOTED_ARTIFACT_TYPES,
			transport,
		});
		const steps = await plan(wanted, archive, upstreams, today);
		const ends = { archive, upstreams, today, signal, log };
		const items = dryRun
			? steps.map((step) => resultOf(step, signal))
			: await carryOut(steps, ends);
		const ended: MirrorReport = {
			destination: archive.host,
			dryRun,
			startedAt: new Date(started).toISOString(),
			seconds: (Date.now() - started) / 1000,
			counts: countOutcomes(OUTCOMES, items),
			blobs: upstreams.blobs,
			expired: expired.map(formatProblem),
			items,
		};
		const stop = stopOf(signal, exitStatus(ended));
		const { counts, blobs, seconds } = ended;
		const late = { expired: expired.length };
		log.info(
			{ dryRun, ...counts, ...late, blobs, seconds, ...stop },
			"mirroring ended",
		);
		return { ...ended, ...stop };
	});
}

async function readWantedTags(folder: string): Promise<readonly WantedTag[]> {
	const { files, problems: unreadable } = await readYamlFiles(folder, {
		name: "mirror list",
		key: "lists",
	});
	const { wanted, problems } = parseWantedTags(files);
	// A list with a mistake may lack a tag or an override that somebody relies on.
	if (unreadable.length + problems.length > 0) {
		throw new InvalidInputError(sortedProblems([...unreadable, ...problems]));
	}
	return wanted;
}

async function openArchive(
	{ destination: { url, username, passwordFile: file } }: MirrorConfig,
	transport: Transport,
): Promise<Registry> {
	const credentials = passwordFile(username, file);
	// Now, to fail once instead of once for each tag.
	await credentials();
	return new Registry({ url, actions: ["push"], credentials, transport });
}

async function plan(
	wanted: readonly WantedTag[],
	archive: Registry,
	upstreams: Upstreams,
	today: Date,
): Promise<readonly Step[]> {
	const archived = new Map<WantedTag, Current>();
	const upstream = new Map<WantedTag, Current>();
	await all(wanted, async (tag) => {
		const follows = fixedImage(tag) === undefined;
		const [here, there] = await Promise.all([
			look(archive, tag),
			follows
				? upstreams.at(tag.registry).look(tag.repository, tag.tag)
				: undefined,
		]);
		archived.set(tag, here);
		if (there) upstream.set(tag, there);
	});
	const notRead = { unreadable: "was not read" };
	const sight = {
		archived: (tag: WantedTag) => archived.get(tag) ?? notRead,
		upstream: (tag: WantedTag) => upstream.get(tag) ?? notRead,
	};
	return planMirror(wanted, sight, today);
}

async function look(archive: Registry, wanted: WantedTag): Promise<Current> {
	try {
		const head = await archive.headManifest(archiveName(wanted), wanted.tag);
		return { digest: head?.digest };
	} catch (error) {
		return { unreadable: messageOf(error) };
	}
}
