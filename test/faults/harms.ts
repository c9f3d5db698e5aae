import { type Action, status } from "../services/oci/faults.ts";
import { endless } from "./modes.ts";
import type { Offer } from "./offer.ts";
import { layerOf } from "./sample.ts";

const MANIFEST = "application/vnd.oci.image.manifest.v1+json";
/** Where clouds keep the credentials of a machine. */
export const METADATA = "http://169.254.169.254/latest/meta-data";

/** A way to do harm at one end, in the name of one image, and what is said of it. */
export interface Harm {
	readonly name: string;
	/** @default 64: it is read whole */
	readonly layerKiB?: number;
	readonly end: "source" | "destination";
	readonly path: (offer: Offer) => RegExp;
	readonly method?: string;
	readonly action: Action;
	readonly expect: (url: string, offer: Offer) => string;
}

const manifestOf = ({ repository, image }: Offer) =>
	`/v2/${repository}/manifests/${image.digest}`;
const blobOf = (offer: Offer) =>
	`/v2/${offer.repository}/blobs/${layerOf(offer).digest}`;
const manifest = (offer: Offer) => new RegExp(manifestOf(offer));
const blob = (offer: Offer) => new RegExp(blobOf(offer));
const redirect = (location: string) => status(307, { headers: { location } });

/** All of them; `trap` is a URL nobody may connect to. */
export const harms = (trap: string): readonly Harm[] => [
	{
		name: "blob-elsewhere",
		end: "source",
		path: blob,
		action: redirect(`${trap}/blob`),
		expect: (url, offer) =>
			`${url}${blobOf(offer)} redirects to '${trap}/blob', expected the same host or a public one`,
	},
	{
		name: "metadata",
		end: "source",
		path: manifest,
		action: redirect(METADATA),
		expect: (url, offer) =>
			`${url}${manifestOf(offer)} redirects to '${METADATA}', expected the same host or a public one`,
	},
	{
		name: "circle",
		end: "source",
		path: blob,
		action: redirect("?again"),
		expect: (url, offer) =>
			`GET ${url}${blobOf(offer)} was redirected more than 3 times`,
	},
	{
		name: "long-header",
		end: "source",
		path: manifest,
		action: status(200, { headers: { "x-long": "a".repeat(1024 * 1024) } }),
		expect: (url, offer) =>
			`GET ${url}${manifestOf(offer)} failed: UND_ERR_HEADERS_OVERFLOW Headers Overflow Error`,
	},
	{
		name: "endless-manifest",
		end: "source",
		path: manifest,
		action: endless(200, { "content-type": MANIFEST }),
		expect: (url, offer) =>
			`GET ${url}${manifestOf(offer)} was answered with more than 4194304 bytes`,
	},
	{
		name: "endless-blob",
		end: "source",
		path: blob,
		action: endless(200, {}),
		expect: (url, offer) =>
			`GET ${url}${blobOf(offer)} was answered with more than 131072 bytes`,
	},
	{
		name: "endless-layer",
		layerKiB: 5 * 1024,
		end: "source",
		path: blob,
		action: endless(200, {}),
		expect: (_url, offer) =>
			`content of ${layerOf(offer).digest} is longer than the ${layerOf(offer).bytes.byteLength} bytes its descriptor gives; given up after 6 tries`,
	},
	{
		name: "endless-error",
		end: "source",
		path: manifest,
		action: endless(500, {}),
		expect: (url, offer) =>
			`GET ${url}${manifestOf(offer)} was refused with status 500; given up after 6 tries`,
	},
	{
		name: "upload-elsewhere",
		end: "destination",
		method: "POST",
		path: ({ repository }) => new RegExp(`/${repository}/blobs/uploads`),
		action: status(202, { headers: { location: `${trap}/upload` } }),
		expect: (url, { repository }) =>
			`${url}/v2/${repository}/blobs/uploads/ opens an upload at '${trap}/upload', expected a location on ${url}`,
	},
];
