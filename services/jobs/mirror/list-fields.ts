import { type Field, parsedAt, textAt } from "../yaml-fields.ts";
import type { YamlReader } from "../yaml-reader.ts";
import { parseRepository, tagFinding } from "./list-rules.ts";
import type { Upstream } from "./wanted-tag.ts";

/** First line of an entry, for messages. */
export const EXAMPLE = "- name: docker.io/library/debian";

/** The repository that a field names; undefined when it names none, which is reported. */
export function repositoryAt(
	yaml: YamlReader,
	field: Field,
): Upstream | undefined {
	return parsedAt(yaml, field, "name", parseRepository);
}

/** The tag in a field; undefined when there is none, which is reported. */
export function tagAt(yaml: YamlReader, field: Field): string | undefined {
	return textAt(yaml, field, "tag", tagFinding);
}
