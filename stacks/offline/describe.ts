import { accessMatrix } from "../../topology/access-matrix.ts";
import { compileEstate } from "../../topology/compile.ts";
import { ENGINE_LIMITS } from "../../topology/engine-limits.ts";
import type { Estate, EstateSpec } from "../../topology/estate.ts";
import { imageFlows } from "../../topology/graph.ts";
import { INVARIANTS } from "../../topology/invariants/all.ts";
import { pictureOf } from "../../topology/picture.ts";
import { settingsOf } from "../../topology/settings.ts";
import { ESTATE_KEY, IMAGES_KEY, parseEstate } from "../config/parse.ts";
import {
	FORM,
	type StackDescription,
	type StackModel,
	type StackSource,
} from "./description.ts";
import { record } from "./record.ts";
import { listenWhile } from "./remarks.ts";
import { standInImages } from "./stand-in-images.ts";

/** Describes stacks of this checkout, one after the other: Pulumi has one program at a time. */
export async function describeStacks(
	sources: readonly StackSource[],
): Promise<readonly StackDescription[]> {
	const descriptions: StackDescription[] = [];
	for (const source of sources) {
		descriptions.push(await describeStack(source));
	}
	return descriptions;
}

let runs = 0;

async function describeStack(source: StackSource): Promise<StackDescription> {
	const { stack, file, config } = source;
	const head = { form: FORM, stack, remarks: [] };
	let model: StackModel;
	let spec: EstateSpec;
	try {
		spec = parseEstate(config[`registry-tiers:${ESTATE_KEY}`], stack, file);
		model = modelOf(spec, compileEstate(spec));
	} catch (error) {
		return { ...head, invalid: messageOf(error) };
	}
	try {
		// Each stack is a run of its own; what the program imports keeps nothing.
		runs += 1;
		const run = new URL(`../index.ts?run=${runs}`, import.meta.url).href;
		const program = () => import(run);
		const complete = { ...source, config: withImages(config, spec) };
		const { result, remarks } = await listenWhile(() =>
			record(program, complete),
		);
		return { ...head, model, resources: result, remarks };
	} catch (error) {
		return { ...head, model, refused: messageOf(error) };
	}
}

/** Images that nobody names come with `npm run up`, which also says where it cannot bring them. */
function withImages(
	config: StackSource["config"],
	{ kubernetes }: EstateSpec,
): StackSource["config"] {
	if (!kubernetes || kubernetes.images) return config;
	return { [`registry-tiers:${IMAGES_KEY}`]: standInImages(), ...config };
}

function modelOf(spec: EstateSpec, estate: Estate): StackModel {
	return {
		platform: estate.platform,
		regions: estate.regions,
		access: accessMatrix(estate),
		flows: imageFlows(estate),
		picture: pictureOf(estate),
		settings: settingsOf(spec, estate),
		invariants: [...INVARIANTS, ...ENGINE_LIMITS].map(
			({ id, statement, remedy, broken }) => ({
				id,
				statement,
				remedy,
				broken: broken(estate),
			}),
		),
	};
}

const messageOf = (error: unknown) =>
	error instanceof Error ? error.message : String(error);
