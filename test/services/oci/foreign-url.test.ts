import { describe, expect, test } from "vitest";
import {
	redirectTarget,
	tokenRealm,
	uploadSession,
} from "../../../services/oci/foreign-url.ts";
import { registrableDomain } from "../../../services/oci/registrable-domain.ts";

const url = (text: string) => new URL(text);

describe("a token service is trusted", () => {
	test.each([
		["https://prod.example.com/auth/token", "https://prod.example.com"],
		["https://auth.example.com/token", "https://prod.example.com"],
		["https://example.com/token", "https://registry.example.com"],
		["https://auth.docker.io/token", "https://registry-1.docker.io"],
		["https://auth.example.co.uk/token", "https://registry.example.co.uk"],
		["http://127.0.0.1:5000/auth/token", "http://127.0.0.1:5000"],
		["http://prod:5000/auth/token", "http://prod:5000"],
		["https://prod.home.test/auth/token", "http://prod.home.test"],
	])("%s for %s", (realm, registry) => {
		expect(tokenRealm(realm, url(registry)).href).toBe(realm);
	});
});

describe("a token service is not trusted", () => {
	test.each([
		[
			"https://auth.example.org/token",
			"https://prod.example.com",
			"prod.example.com or a host of example.com",
		],
		[
			"https://evil.co.uk/token",
			"https://registry.co.uk",
			"registry.co.uk or a host of registry.co.uk",
		],
		["https://b.azurecr.io/token", "https://a.azurecr.io", "a.azurecr.io"],
		["https://evil.github.io/", "https://us.github.io", "us.github.io"],
		[
			"https://prod.example.com.evil.org/",
			"https://prod.example.com",
			"prod.example.com or a host of example.com",
		],
		[
			"https://evilexample.com/",
			"https://example.com",
			"example.com or a host of example.com",
		],
		["http://127.0.0.1:5001/token", "http://127.0.0.1:5000", "127.0.0.1:5000"],
		["http://localhost/token", "http://prod", "prod"],
		[
			"http://b.ns.svc.cluster.local/",
			"http://a.ns.svc.cluster.local",
			"a.ns.svc.cluster.local",
		],
		[
			"http://169.254.169.254/latest/",
			"http://prod.example.com",
			"prod.example.com or a host of example.com",
		],
		[
			"http://auth.example.com/token",
			"https://prod.example.com",
			"https, as for the registry",
		],
		[
			"https://user:pass@prod.example.com/token",
			"https://prod.example.com",
			"a URL without user and password",
		],
		["file:///etc/passwd", "https://prod.example.com", "an http or https URL"],
		["/auth/token", "https://prod.example.com", "an http or https URL"],
		["", "https://prod.example.com", "an http or https URL"],
	])("%s for %s", (realm, registry, expected) => {
		expect(() => tokenRealm(realm, url(registry))).toThrow(
			`${registry}/ names '${realm}' as its token service, expected ${expected}; no credentials were sent`,
		);
	});
});

describe("a redirect is followed", () => {
	const from = url("https://prod.example.com/v2/a/blobs/x");
	test.each([
		[
			"https://bucket.s3.eu-west-1.amazonaws.com/x?X-Amz-Signature=y",
			"https://bucket.s3.eu-west-1.amazonaws.com/x?X-Amz-Signature=y",
		],
		["/other", "https://prod.example.com/other"],
		["https://8.8.8.8/x", "https://8.8.8.8/x"],
	])("to %s", (location, target) => {
		expect(redirectTarget(location, from).href).toBe(target);
	});

	test("to another port of the same address, as with storage beside the registry", () => {
		expect(
			redirectTarget("http://127.0.0.1:9000/x", url("http://127.0.0.1:5000/y"))
				.href,
		).toBe("http://127.0.0.1:9000/x");
	});
});

describe("a redirect is refused", () => {
	const from = url("https://prod.example.com/v2/a/blobs/x");
	test.each([
		["http://prod.example.com/x", "https"],
		[
			"https://169.254.169.254/latest/meta-data",
			"the same host or a public one",
		],
		["https://127.0.0.1/x", "the same host or a public one"],
		["https://2130706433/x", "the same host or a public one"],
		["https://10.0.0.1/x", "the same host or a public one"],
		["https://172.16.0.1/x", "the same host or a public one"],
		["https://192.168.1.1/x", "the same host or a public one"],
		["https://[::1]/x", "the same host or a public one"],
		["https://[::ffff:169.254.169.254]/x", "the same host or a public one"],
		["https://[fe80::1]/x", "the same host or a public one"],
		["https://[fd00:ec2::254]/x", "the same host or a public one"],
		["https://localhost/x", "the same host or a public one"],
		["ftp://prod.example.com/x", "an http or https URL"],
		["https://a:b@prod.example.com/x", "a URL without user and password"],
	])("to %s", (location, expected) => {
		expect(() => redirectTarget(location, from)).toThrow(
			`https://prod.example.com/v2/a/blobs/x redirects to '${location}', expected ${expected}`,
		);
	});

	test("without a location", () => {
		expect(() => redirectTarget(undefined, from)).toThrow(
			"redirects to '', expected an http or https URL",
		);
	});

	test("without telling the signature of a signed link", () => {
		expect(() =>
			redirectTarget("http://s3.example.com/x?X-Amz-Signature=canary", from),
		).toThrow("redirects to 'http://s3.example.com/x', expected https");
	});
});

test.each([
	[
		"/v2/a/blobs/uploads/1?_state=x",
		"https://prod.example.com/v2/a/blobs/uploads/1?_state=x",
	],
	[
		"https://prod.example.com/v2/a/blobs/uploads/1",
		"https://prod.example.com/v2/a/blobs/uploads/1",
	],
])("an upload at %s is opened", (location, session) => {
	expect(
		uploadSession(location, url("https://prod.example.com/v2/a/blobs/uploads/"))
			.href,
	).toBe(session);
});

test.each([
	["https://prod.example.com", "example.com"],
	["https://a.b.example.com.", "example.com"],
	["https://registry.example.com.au", "example.com.au"],
	["https://com.au", undefined],
	["https://x.workers.dev", undefined],
	["https://localhost", undefined],
	["https://10.0.0.1", undefined],
	["https://[::1]", undefined],
	["https://a.ns.svc", undefined],
])("%s was registered as %s", (text, domain) => {
	expect(registrableDomain(url(text).hostname)).toBe(domain);
});
