import {
	type Place,
	type Published,
	REPOSITORY,
	REVISION,
	snapshotTag,
} from "./place.ts";
import type { DemoStep } from "./step.ts";

/** What the steps need of the machine. */
export interface Tools {
	/** Flags that name the stack to this project's commands. @default - none, it is `dev` */
	readonly stackFlags: readonly string[];
	/** Folder of `cosign`. @default - it is on PATH */
	readonly cosignFolder?: string;
	/** `DOCKER_HOST`. @default - docker finds its engine by itself */
	readonly dockerHost?: string;
	/** The image that the demo's is built on. */
	readonly baseImage: string;
	/** Predicate type of promotion records. */
	readonly recordType: string;
}

/** The demo: a pure list, in the order in which a reader may paste it into a shell. */
export function demoSteps(place: Place, tools: Tools): readonly DemoStep[] {
	const { snapshots, prod, nearby, region, signer } = place;
	const npm = (command: string, ...args: readonly string[]) =>
		["npm run --silent", command, "--", ...tools.stackFlags, ...args].join(" ");
	const plan = npm("promote", "plan", '--manifests "$DEMO/promotions"');
	const snapshot = imageAt(snapshots, snapshotTag("$VERSION"));
	const released = imageAt(prod, "$VERSION");
	const { nearbyImage, intruder } = localImages(place);
	return [
		{
			says: [
				"A folder, a docker login and a version of its own: whatever you have stays as it is.",
			],
			script: lines(
				"export DEMO=$(mktemp -d)",
				"export DOCKER_CONFIG=$DEMO/docker",
				"export VERSION=1.0.$(date +%s)",
				tools.dockerHost && `export DOCKER_HOST=${quoted(tools.dockerHost)}`,
				tools.cosignFolder &&
					`export PATH=${quoted(tools.cosignFolder)}:"$PATH"`,
			),
		},
		{
			says: ["Build a small image that says where it comes from."],
			script: lines(
				`DOCKER_BUILDKIT=0 docker build --quiet --force-rm --tag ${snapshot} - <<END`,
				`FROM ${tools.baseImage}`,
				...place.labels.map((label) => `LABEL ${label}=${labelValue(label)}`),
				`RUN echo "hello from ${REPOSITORY} $VERSION" > /hello`,
				'CMD ["cat", "/hello"]',
				"END",
			),
		},
		{
			says: [
				`Push it to ${snapshots.name} as CI, the only one who may. The tag can never move.`,
			],
			script: lines(
				npm("login", "ci", snapshots.name),
				`docker push --quiet ${snapshot}`,
				`IMAGE=$(docker inspect --format '{{index .RepoDigests 0}}' ${snapshot})`,
				'DIGEST=$(echo "$IMAGE" | cut -d @ -f 2)',
				"export IMAGE DIGEST",
			),
			shows: `CI pushed an image to ${snapshots.name}`,
		},
		{
			says: [
				"Offer it in Prod. Here the manifest is in a folder of its own; yours belong into promotions/,",
				"where they are reviewed, and reach the promoter by npm run up.",
			],
			script: lines(
				'mkdir "$DEMO/promotions"',
				'cat > "$DEMO/promotions/hello.yaml" <<END',
				"images:",
				`  - name: ${REPOSITORY}`,
				"    dmap:",
				'      "$DIGEST": ["$VERSION"]',
				"END",
			),
		},
		{
			says: [
				"What would promotion do? It must refuse: nobody has signed this image or said what is in it.",
			],
			script: plan,
			refusedWith: [
				"no signature",
				...(place.sbom ? ["no SBOM is attached"] : []),
			],
			shows: "promotion refused it while it was neither signed nor described",
		},
		{
			says: [
				"CI's key, which this stack made. It goes from one program to the other, unseen.",
			],
			script: lines(
				"export COSIGN_PASSWORD=",
				`${npm("signing-key", signer)} |`,
				'  cosign import-key-pair --key /dev/stdin --output-key-prefix "$DEMO/ci"',
			),
		},
		{
			says: [
				"Attach an SBOM, signed. A build would have one made, e.g. by syft; this one is the smallest there is.",
			],
			script: lines(
				'cat > "$DEMO/sbom.json" <<END',
				...SBOM,
				"END",
				`cosign attest ${SIGNING} --type spdxjson --predicate "$DEMO/sbom.json" "$IMAGE"`,
			),
		},
		{
			says: ["Sign the image."],
			script: `cosign sign ${SIGNING} "$IMAGE"`,
		},
		{
			says: ["Now it can be promoted."],
			script: plan,
		},
		{
			says: [
				`Promote it: image, SBOM and signature go to ${prod.name}, by digest, the tag last.`,
			],
			script: npm("promote", "run", '--manifests "$DEMO/promotions"'),
			shows: `signed and with an SBOM, it was promoted to ${prod.name}`,
		},
		{
			says: [
				`A consumer of ${prod.name} verifies CI's signature, which came along.`,
			],
			script: lines(
				npm("login", "consumer", prod.name),
				`${npm("signing-key", signer, "--public")} > "$DEMO/signer.pub"`,
				`cosign verify --key "$DEMO/signer.pub" ${VERIFYING} ${released} > "$DEMO/verified.json"`,
			),
			shows: `CI's signature was verified at ${prod.name}`,
		},
		{
			says: [
				"And the promotion record: who promoted what, when, from where, and which checks it passed,",
				"signed by the promoter.",
			],
			script: lines(
				`${npm("signing-key", "promoter", "--public")} > "$DEMO/promoter.pub"`,
				`cosign verify-attestation --key "$DEMO/promoter.pub" ${VERIFYING} \\`,
				`  --type ${tools.recordType} ${released} > "$DEMO/record.json"`,
				`node -p 'JSON.parse(atob(JSON.parse(fs.readFileSync(0)).payload)).predicate' < "$DEMO/record.json"`,
			),
			shows: "the promotion record was verified, too",
		},
		{
			says: [
				region === undefined
					? `Pull it from ${nearby.name} as a consumer, into a store without it, and run it.`
					: `In ${region}, pull it through the region's cache, into a store without it, and run it.`,
			],
			script: lines(
				`docker rmi --force ${snapshot} > /dev/null`,
				npm("login", "consumer", nearby.name),
				`docker pull --quiet ${nearbyImage}`,
				`docker run --rm --network=none ${nearbyImage}`,
			),
			shows:
				region === undefined
					? `a consumer pulled it from ${nearby.name} and ran it`
					: `a consumer in ${region} pulled it through the region's cache and ran it`,
		},
		{
			says: [
				`There is no other way into ${prod.name}: CI may read there, and its push must be refused.`,
			],
			script: lines(
				npm("login", "ci", prod.name),
				`docker tag ${tools.baseImage} ${intruder}`,
				`docker push ${intruder}`,
			),
			refusedWith: [`nobody pushes to ${prod.name}`],
			shows: `a push to ${prod.name} was refused, with the reason`,
		},
		{
			says: [
				"Nothing stays on this machine; the registries keep their images.",
			],
			script: lines(
				`docker rmi --force ${nearbyImage} ${intruder} > /dev/null`,
				'rm -rf "$DEMO"',
			),
		},
	];
}

/** Removes whatever the steps have made on this machine, however far they got. */
export function cleanupScript(place: Place): string {
	const { nearbyImage, intruder } = localImages(place);
	const snapshot = imageAt(place.snapshots, snapshotTag("$VERSION"));
	return lines(
		'[ -n "$VERSION" ] || exit 0',
		`docker rmi --force ${snapshot} ${nearbyImage} ${intruder}`,
		// What a build that was broken off leaves has no name.
		`docker image prune --force --filter label=${SOURCE_LABEL}=${labelValue(SOURCE_LABEL)}`,
	);
}

const localImages = ({ prod, nearby }: Place) => ({
	nearbyImage: imageAt(nearby, "$VERSION"),
	// All its layers may be in Prod already, its configuration is not: so it is the upload that is refused.
	intruder: imageAt(prod, "$VERSION-by-hand"),
});

const imageAt = ({ address }: Published, tag: string) =>
	`${address}/${REPOSITORY}:${tag}`;

const SOURCE_LABEL = "org.opencontainers.image.source";

const labelValue = (label: string) =>
	({
		[SOURCE_LABEL]: `https://example.com/${REPOSITORY}`,
		"org.opencontainers.image.revision": REVISION,
	})[label] ?? "demo";

// Without the last two, cosign asks Sigstore's public instance where to log what it signs.
const SIGNING =
	'--yes --key "$DEMO/ci.key" --use-signing-config=false --tlog-upload=false';
const VERIFYING = "--insecure-ignore-tlog";

const SBOM = [
	"{",
	'  "spdxVersion": "SPDX-2.3",',
	'  "dataLicense": "CC0-1.0",',
	'  "SPDXID": "SPDXRef-DOCUMENT",',
	`  "name": "${REPOSITORY}",`,
	`  "documentNamespace": "https://example.com/${REPOSITORY}/$VERSION",`,
	'  "creationInfo": { "created": "2026-01-01T00:00:00Z", "creators": ["Tool: demo"] },',
	'  "packages": [',
	`    { "SPDXID": "SPDXRef-Image", "name": "${REPOSITORY}", "versionInfo": "$VERSION", "downloadLocation": "NOASSERTION" }`,
	"  ]",
	"}",
];

/** A word of a shell that stands for itself. */
export const quoted = (word: string) =>
	/^[\w./:@=+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;

const lines = (...all: readonly (string | undefined | false | "")[]) =>
	all.filter(Boolean).join("\n");
