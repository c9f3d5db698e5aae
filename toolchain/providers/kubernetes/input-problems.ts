import type { CheckFailure } from "../check.ts";
import { isSecret, type PropertyMap, reveal } from "../values.ts";
import { at, pulumiAnnotation } from "./objects.ts";

// Known to the official plugin; ignoring them would be less than was asked for.
const UNSERVED_ANNOTATIONS = ["waitFor", "replaceUnready"];

/** What the stand-in cannot do with these inputs. What is wrong with the object itself, the API server says. */
export function inputProblems(inputs: PropertyMap): CheckFailure[] {
	const { metadata = {} } = inputs;
	if (isSecret(metadata))
		return [
			{
				property: "metadata",
				reason:
					"an object's metadata is shown to all who may list it: only values inside may be secret",
			},
		];
	const plain = { metadata: reveal(metadata) };
	const annotations = UNSERVED_ANNOTATIONS.filter(
		(name) => pulumiAnnotation(plain, name) !== undefined,
	).map((name) => ({
		property: `metadata.annotations["pulumi.com/${name}"]`,
		reason: `the stand-in for the kubernetes plugin does not implement pulumi.com/${name}; leave it out, or install the official plugin`,
	}));
	return at(plain, "metadata", "generateName") === undefined
		? annotations
		: [
				...annotations,
				{
					property: "metadata.generateName",
					reason:
						"server-side apply needs a name: leave both out for an automatic one",
				},
			];
}
