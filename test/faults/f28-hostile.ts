import assert from "node:assert/strict";
import { type Action, status } from "../services/oci/faults.ts";
import type { ProxyFault } from "./fault-proxy.ts";
import { type Harm, harms, METADATA } from "./harms.ts";
import { outcomesOf } from "./outcome.ts";
import type { Rig } from "./rig.ts";
import { randomLayer, sampleImage, sampleIndex } from "./sample.ts";
import type { Scenario } from "./scenario.ts";
import { startTrap } from "./trap.ts";

const ALWAYS = { times: Number.POSITIVE_INFINITY };
/** What an image may cost in memory, whatever a registry sends: the job's container has 256 MiB. */
const MOST_MIB = 200;

/** F28: registries that mean harm. */
export const hostile: Scenario = {
	id: "F28",
	title: "registries that mean harm",
	inject:
		"token realms, redirects and upload locations on other hosts; redirects in a circle; pages without end; a header of 1 MiB; manifests, blobs and errors without end",
	expect: `each fails by name, traps see no connection, memory stays below ${MOST_MIB} MiB and where it was`,
	run: async (rig) => {
		const trap = await startTrap();
		try {
			await refuseRealms(rig, trap.url);
			await refuseAnswers(rig, trap.url);
			assert.equal(trap.connections, 0, "a trap was connected to");
		} finally {
			await trap.close();
		}
	},
};

async function refuseRealms(rig: Rig, trap: string): Promise<void> {
	const offer = await rig.offer(sampleImage("team/realm"));
	const userInRealm = "http://someone:else@127.0.0.1/token";
	for (const [realm, expected] of [
		[`${trap}/token`, undefined],
		[METADATA, undefined],
		[userInRealm, "a URL without user and password"],
		["file:///etc/passwd", "an http or https URL"],
	] as const) {
		const challenge = `Bearer realm="${realm}",service="registry.test"`;
		const { report } = await rig.run({
			offers: [offer],
			source: [
				{
					path: /^\/v2\//,
					anonymous: true,
					action: status(401, { headers: { "www-authenticate": challenge } }),
					...ALWAYS,
				},
			],
		});
		assert.deepEqual(outcomesOf(report), {
			"team/realm:1.0.0": `failed: http://${report?.source}/v2/ names '${realm}' as its token service, expected ${expected ?? report?.source}; no credentials were sent`,
		});
	}
}

async function refuseAnswers(rig: Rig, trap: string): Promise<void> {
	const calm = await rig.offer(sampleImage("team/calm"));
	const before = await rig.run({ offers: [calm] });
	const faults: Record<Harm["end"], ProxyFault[]> = {
		source: [endlessPages("team/pages")],
		destination: [],
	};
	const expected = new Map<string, (url: string) => string>();
	for (const { name, layerKiB = 64, end, path, expect, ...harm } of harms(
		trap,
	)) {
		const layer = randomLayer(layerKiB);
		const offer = await rig.offer(sampleImage(`team/${name}`, { layer }));
		faults[end].push({ ...harm, path: path(offer), ...ALWAYS });
		expected.set(
			`team/${name}:1.0.0`,
			(url) => `failed: ${expect(url, offer)}`,
		);
	}
	await rig.offer(sampleIndex("team/pages"));
	const { report, peakMiB = Number.NaN } = await rig.run(faults);
	const outcomes = outcomesOf(report);
	for (const { name, end } of harms(trap)) {
		const tag = `team/${name}:1.0.0`;
		assert.equal(outcomes[tag], expected.get(tag)?.(`http://${report?.[end]}`));
	}
	for (const tag of ["1.0.0", "1.0.1"]) {
		assert.equal(
			outcomes[`team/pages:${tag}`],
			`failed: GET http://${report?.source}/v2/team/pages/tags/list has more than 1000 pages`,
		);
	}
	assert.equal(outcomes["team/calm:1.0.0"], "present");
	assert.ok(peakMiB < MOST_MIB, `${peakMiB} MiB`);
	const grown = peakMiB - (before.peakMiB ?? Number.NaN);
	assert.ok(grown < 40, `${grown} MiB more than for one image`);
}

/** A list of tags of which every page names another one as the next. */
function endlessPages(repository: string): ProxyFault {
	let pages = 0;
	const action: Action = (request, response) => {
		const next = `/v2/${repository}/tags/list?n=1000&last=${++pages}`;
		return status(200, {
			headers: { link: `<${next}>; rel="next"` },
			body: JSON.stringify({ name: repository, tags: [`tag-${pages}`] }),
		})(request, response);
	};
	return {
		path: new RegExp(`/${repository}/tags/list`),
		action,
		...ALWAYS,
	};
}
