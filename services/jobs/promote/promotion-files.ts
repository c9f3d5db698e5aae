import { readYamlFiles, type YamlFiles } from "../yaml-files.ts";

/**
 * Reads all promotion manifests below a folder.
 *
 * @throws InvalidInputError when the folder or its `files.json` cannot be read.
 */
export function readPromotionFiles(folder: string): Promise<YamlFiles> {
	return readYamlFiles(folder, {
		name: "promotion manifest",
		key: "manifests",
	});
}
