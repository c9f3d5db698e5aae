import { expect, test } from "vitest";
import { RULES } from "../../policies/rules.ts";
import { FIXTURES } from "./fixtures/all.ts";
import { expectationsOf, factsOf } from "./fixtures/fixture.ts";

test.each(RULES)("$id is broken by an edit of what keeps it", (rule) => {
	const fixtures = FIXTURES.filter((fixture) => fixture.rule === rule.id);
	const expectations = fixtures.flatMap(expectationsOf);
	const found = expectations.map(({ says, resources }) => ({
		says,
		facts: factsOf(rule, resources),
	}));
	expect(found).toEqual(
		expectations.map(({ says, facts }) => ({ says, facts })),
	);
	expect(fixtures.some(({ violating }) => violating.length > 0)).toBe(true);
});
