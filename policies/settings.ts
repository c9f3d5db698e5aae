import exceptions from "./exceptions.json" with { type: "json" };
import { type Exception, parseExceptions } from "./exceptions.ts";
import levels from "./levels.json" with { type: "json" };
import { type Levels, parseLevels } from "./levels.ts";

/** What the files beside this one say. */
export const SETTINGS: {
	readonly levels: Levels;
	readonly exceptions: readonly Exception[];
} = {
	levels: parseLevels(levels, "policies/levels.json"),
	exceptions: parseExceptions(exceptions, "policies/exceptions.json"),
};
