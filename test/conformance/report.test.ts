import { describe, expect, test } from "vitest";
import { parseReport } from "./report.ts";

// As the suite writes it: counts of zero are left out, quotes and line ends are escaped.
const JUNIT = `<testsuites time="3.4" tests="9" errors="1" failures="1" skipped="2" disabled="1">
  <testsuite name="OCI Conformance Test" tests="9" failures="1" errors="1" disabled="1" skipped="2" time="3.4">
    <properties>
      <property name="Config" value="registry: localhost:5301&#xA;username: &#34;***&#34;&#xA;"></property>
    </properties>
    <testcase name="OCI Conformance Test/ping" classname="" time="0.005" status="passed">
      <system-err>GET http://localhost:5301/v2/&#xA;</system-err>
    </testcase>
    <testcase name="OCI Conformance Test/empty/referrers" classname="" time="0.001" status="skipped">
      <system-err>skipping test:&#xA;  api Referrers is disabled</system-err>
    </testcase>
    <testcase name="OCI Conformance Test/image/delete/blob-delete" classname="" time="0.002" status="skipped">
      <system-out>registry returned status 405</system-out>
      <system-err>DELETE</system-err>
    </testcase>
    <testcase name="OCI Conformance Test/image/push/manifest-by-tag" classname="" time="0.003" status="failure">
      <system-out>expected &#34;a&#34; &lt; b &amp; c&#xA;received 403</system-out>
    </testcase>
    <testcase name="OCI Conformance Test/image/tag-list" classname="" time="0.003" status="error"></testcase>
  </testsuite>
</testsuites>`;
const RESULTS = "config:\n  apis:\n    ping: true\napis:\n  Ping: Pass\n";

describe("a report of the suite", () => {
	const report = parseReport(JUNIT, RESULTS);

	test("has the suite's own counts, errors among the failures", () => {
		expect(report.counts).toEqual({
			passed: 4,
			failed: 2,
			skipped: 2,
			disabled: 1,
		});
	});

	test("tells what is not supported from what is switched off", () => {
		expect(report.tests.map(({ name, outcome }) => [name, outcome])).toEqual([
			["OCI Conformance Test/ping", "passed"],
			["OCI Conformance Test/empty/referrers", "disabled"],
			["OCI Conformance Test/image/delete/blob-delete", "unsupported"],
			["OCI Conformance Test/image/push/manifest-by-tag", "failed"],
			["OCI Conformance Test/image/tag-list", "failed"],
		]);
	});

	test("says what went wrong in the suite's words", () => {
		expect(report.tests[3]?.detail).toBe('expected "a" < b & c\nreceived 403');
	});

	test("has the configuration that was used", () => {
		expect(report.config).toEqual({ apis: { ping: true } });
	});
});

test("a count that is left out is none", () => {
	const junit = '<testsuites time="1" tests="3"></testsuites>';
	expect(parseReport(junit, RESULTS).counts).toEqual({
		passed: 3,
		failed: 0,
		skipped: 0,
		disabled: 0,
	});
});

test("a file that is no report is refused", () => {
	expect(() => parseReport("", RESULTS)).toThrow(
		"junit.xml has no <testsuites>",
	);
});
