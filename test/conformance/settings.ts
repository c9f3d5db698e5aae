/**
 * The switches of the suite, as paths in its configuration.
 * https://github.com/opencontainers/distribution-spec/tree/main/conformance#yaml-configuration-file
 */
export const SWITCHES = [
	"apis.ping",
	"apis.pull",
	"apis.push",
	"apis.blobs.atomic",
	"apis.blobs.delete",
	"apis.blobs.digestHeader",
	"apis.blobs.mountAnonymous",
	"apis.blobs.uploadCancel",
	"apis.manifests.atomic",
	"apis.manifests.delete",
	"apis.manifests.digestHeader",
	"apis.manifests.tagParam",
	"apis.tags.atomic",
	"apis.tags.delete",
	"apis.tags.list",
	"apis.referrer",
	"data.image",
	"data.index",
	"data.indexList",
	"data.sparse",
	"data.artifact",
	"data.subject",
	"data.subjectMissing",
	"data.artifactList",
	"data.subjectList",
	"data.dataField",
	"data.nondistributable",
	"data.customFields",
	"data.noLayers",
	"data.emptyBlob",
	"data.sha512",
] as const;
export type Switch = (typeof SWITCHES)[number];

/** Categories of the suite that are not run, and why. */
export interface SwitchedOff {
	readonly switches: readonly Switch[];
	/** For the reader of the result. */
	readonly reason: string;
}

/** What a registry holds, for a run that cannot push its own. */
export interface StoredContent {
	readonly tags: readonly string[];
	/** Digests. */
	readonly manifests: readonly string[];
	/** Digests. */
	readonly blobs: readonly string[];
}

/** Where a run of the suite goes, and as whom. */
export interface SuiteTarget {
	/** `host:port` of a front that speaks http. */
	readonly address: string;
	readonly username: string;
	readonly password: string;
	/** Repository of most tests, and the one blobs are mounted from. */
	readonly repositories: readonly [string, string];
	/** What is read where nothing can be pushed. @default - the suite pushes its own */
	readonly content?: StoredContent;
}

/**
 * The part of the suite that reads what is there already. Without a push the rest leaves the suite
 * with results that it crashes on when it writes `results.yaml`.
 */
const READS = "OCI Conformance Test/read-only";

/** The suite's configuration: everything on but what is listed. Reports go to `resultsFolder`. */
export function suiteConfig(
	{ address, username, password, repositories, content }: SuiteTarget,
	off: readonly SwitchedOff[],
	resultsFolder: string,
): Readonly<Record<string, unknown>> {
	const [repo1, repo2] = repositories;
	const config: Record<string, unknown> = {
		version: "1.1",
		registry: address,
		tls: "disabled",
		repo1,
		repo2,
		username,
		password,
		resultsDir: resultsFolder,
		...(content && { roData: content, filterTest: READS }),
	};
	for (const name of SWITCHES) set(config, name.split("."), isOn(name, off));
	return config;
}

/**
 * The switches that a run had otherwise than it was told. The suite ignores what it does not know,
 * and variables of the environment win over its configuration.
 *
 * @param used the configuration as the suite's result repeats it
 */
export function switchesIgnored(
	used: unknown,
	off: readonly SwitchedOff[],
): readonly Switch[] {
	return SWITCHES.filter(
		(name) => get(used, name.split(".")) !== isOn(name, off),
	);
}

const isOn = (name: Switch, off: readonly SwitchedOff[]) =>
	!off.some(({ switches }) => switches.includes(name));

function set(
	object: Record<string, unknown>,
	[key = "", ...rest]: readonly string[],
	value: boolean,
): void {
	if (rest.length === 0) {
		object[key] = value;
		return;
	}
	object[key] ??= {};
	set(object[key] as Record<string, unknown>, rest, value);
}

function get(value: unknown, path: readonly string[]): unknown {
	return path.reduce<unknown>(
		(object, key) => (object as Record<string, unknown> | undefined)?.[key],
		value,
	);
}
