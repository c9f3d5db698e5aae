import { lookup } from "node:dns/promises";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import {
	guardedLookup,
	type Issuer,
} from "../../../../services/gate/federation/issuer-address.ts";
import { loadIssuerKeys } from "../../../../services/gate/federation/issuer-client.ts";
import { isInternal } from "../../../../services/oci/foreign-url.ts";
import { startTrap } from "../../../faults/trap.ts";
import { selfSigned } from "../../oci/self-signed.ts";
import {
	startIssuer,
	type TestIssuer,
	type TestKey,
	testKey,
} from "./test-issuer.ts";

const ownNameIsPrivate = await lookup(hostname(), { family: 4 }).then(
	({ address }) => isInternal(address),
	() => false,
);

let key: TestKey;
beforeAll(async () => {
	key = await testKey("first", "EdDSA");
});

const internal = (
	issuer: TestIssuer,
	changes: Partial<Issuer> = {},
): Issuer => ({
	issuer: issuer.url,
	internal: true,
	...changes,
});

/** The ids of the keys, or why there are none. */
const outcomeOf = (issuer: Issuer) =>
	loadIssuerKeys(issuer).then(
		(keys) => [...keys.keys()],
		(error: Error) => error.message,
	);

/** The trap, and how often somebody went into it by the end of the test. */
async function trapped() {
	const trap = await startTrap();
	onTestFinished(async () => {
		expect(trap.connections).toBe(0);
		await trap.close();
	});
	return trap;
}

describe("keys are found", () => {
	test("by discovery, below the issuer's own name", async () => {
		const issuer = await startIssuer(key);
		expect(await outcomeOf(internal(issuer))).toEqual(["first"]);
		expect(issuer.asked).toEqual([
			"/.well-known/openid-configuration",
			"/jwks",
		]);
	});

	test("at the configured address without discovery", async () => {
		const issuer = await startIssuer(key);
		const jwksUri = `${issuer.url}/jwks`;
		expect(
			await outcomeOf({
				issuer: "https://elsewhere.test",
				jwksUri,
				internal: true,
			}),
		).toEqual(["first"]);
		expect(issuer.asked).toEqual(["/jwks"]);
	});

	test("there with the token of a file, which is read each time", async () => {
		const issuer = await startIssuer(key);
		const folder = await mkdtemp(join(tmpdir(), "issuer-"));
		onTestFinished(() => rm(folder, { recursive: true }));
		const tokenFile = join(folder, "token");
		const seen: unknown[] = [];
		issuer.respond = ({ headers }, response) => {
			seen.push(headers.authorization);
			response.end(JSON.stringify({ keys: issuer.keys }));
		};
		for (const token of ["one", "two"]) {
			await writeFile(tokenFile, `${token}\n`);
			await loadIssuerKeys(
				internal(issuer, { jwksUri: `${issuer.url}/jwks`, tokenFile }),
			);
		}
		expect(seen).toEqual(["Bearer one", "Bearer two"]);
	});

	test("and no token is shown to an address that discovery names", async () => {
		const issuer = await startIssuer(key);
		const seen: unknown[] = [];
		issuer.respond = ({ headers, url }, response) => {
			seen.push(headers.authorization);
			const body =
				url === "/jwks"
					? { keys: issuer.keys }
					: { issuer: issuer.url, jwks_uri: `${issuer.url}/jwks` };
			response.end(JSON.stringify(body));
		};
		await loadIssuerKeys(internal(issuer, { tokenFile: "/none" }));
		expect(seen).toEqual([undefined, undefined]);
	});
});

describe("an issuer with a certificate of an authority of its own", () => {
	async function startTls() {
		const { cert, key: privateKey } = selfSigned();
		const server = createServer({ cert, key: privateKey }, (_, response) =>
			response.end(JSON.stringify({ keys: [key.jwk] })),
		);
		await new Promise<void>((resolve) =>
			server.listen(0, "127.0.0.1", resolve),
		);
		onTestFinished(async () => {
			await new Promise((resolve) => server.close(resolve));
		});
		const { port } = server.address() as AddressInfo;
		const issuer = `https://127.0.0.1:${port}`;
		return {
			cert,
			spec: { issuer, jwksUri: `${issuer}/jwks`, internal: true },
		};
	}

	test("is believed with that authority, in the configuration or a file", async () => {
		const { cert, spec } = await startTls();
		const folder = await mkdtemp(join(tmpdir(), "issuer-"));
		onTestFinished(() => rm(folder, { recursive: true }));
		const caFile = join(folder, "ca.crt");
		await writeFile(caFile, cert);
		expect(await outcomeOf({ ...spec, ca: cert })).toEqual(["first"]);
		expect(await outcomeOf({ ...spec, caFile })).toEqual(["first"]);
	});

	test("is not believed without it", async () => {
		const { spec } = await startTls();
		expect(await outcomeOf(spec)).toMatch(/^self-signed certificate/);
		expect(await outcomeOf({ ...spec, ca: selfSigned().cert })).toMatch(
			/^self-signed certificate|^certificate signature failure/,
		);
	});

	test("cannot be asked without the file that names it", async () => {
		const { spec } = await startTls();
		expect(await outcomeOf({ ...spec, caFile: "/none/ca.crt" })).toBe(
			"ENOENT: no such file or directory, open '/none/ca.crt'",
		);
	});
});

describe("a discovery document is not believed", () => {
	test.each([
		[
			"of another issuer",
			{ issuer: "https://evil.test" },
			"its discovery document is of 'https://evil.test'",
		],
		[
			"of no issuer",
			{ issuer: undefined },
			"its discovery document is of 'undefined'",
		],
		[
			"without keys",
			{ jwks_uri: undefined },
			"its discovery document has no jwks_uri",
		],
		["with keys at no URL", { jwks_uri: "x" }, "x is not an https URL"],
		[
			"with keys in a file",
			{ jwks_uri: "file:///etc/passwd" },
			"file:///etc/passwd is not an https URL",
		],
		[
			"with keys behind a password",
			{ jwks_uri: "https://a:b@x.test/" },
			"x.test is named with a user or a password",
		],
		[
			"with keys where clouds give credentials",
			{ jwks_uri: "http://169.254.169.254/latest" },
			"169.254.169.254 is a link-local address",
		],
		[
			"with keys there, in IPv6",
			{ jwks_uri: "http://[fd00:ec2::254]/" },
			"fd00:ec2::254 is a link-local address",
		],
		[
			"with keys there, in disguise",
			{ jwks_uri: "http://[::ffff:a9fe:a9fe]/" },
			"::ffff:a9fe:a9fe is a link-local address",
		],
	])("%s", async (_, discovery, message) => {
		const issuer = await startIssuer(key);
		issuer.discovery = discovery;
		expect(await outcomeOf(internal(issuer))).toBe(message);
		expect(issuer.asked).toEqual(["/.well-known/openid-configuration"]);
	});

	test("with keys on another host", async () => {
		const trap = await trapped();
		const issuer = await startIssuer(key);
		issuer.discovery = { jwks_uri: `${trap.url}/jwks` };
		expect(await outcomeOf(internal(issuer))).toBe(
			`its keys are at ${new URL(trap.url).host}: expected ${new URL(issuer.url).host}, or jwksUri in the configuration`,
		);
	});
});

describe("nothing is asked", () => {
	test.each([
		["plain http", "http://issuer.test"],
		["this machine", "https://127.0.0.1:1"],
		["this machine by name", "https://localhost:1"],
		["a private network", "https://10.0.0.1"],
		["a cloud's metadata", "https://169.254.169.254"],
		["this machine in IPv6", "https://[::1]:1"],
		["this machine in hexadecimal digits", "https://0x7f000001"],
	])(
		"of an issuer on %s, unless it is declared internal",
		async (_, issuer) => {
			expect(await outcomeOf({ issuer })).toMatch(
				/ is not (?:an https URL|a public address: expected one, or internal: true in the configuration)$/,
			);
		},
	);

	// What it means is known from the lookup alone, which a machine's own name needs like any other.
	test.skipIf(!ownNameIsPrivate)(
		"of a name that means a private address",
		async () => {
			const trap = await trapped();
			const { port } = new URL(trap.url);
			const issuer = `https://${hostname()}:${port}`;
			expect(await outcomeOf({ issuer })).toMatch(
				/^[\d.]+ is not a public address: expected one, or internal: true in the configuration$/,
			);
		},
	);

	test("of a name one of whose addresses is private", async () => {
		const guarded = guardedLookup({ issuer: "https://id.test" });
		const refusal = await new Promise<string | undefined>((resolve) =>
			guarded("localhost", {}, (error) => resolve(error?.message)),
		);
		expect(refusal).toMatch(/^(?:127\.0\.0\.1|::1) is not a public address/);
	});

	test.each([301, 302, 307, 308])(
		"after a redirect with %i",
		async (status) => {
			const trap = await trapped();
			const issuer = await startIssuer(key);
			issuer.respond = (_, response) => {
				response.writeHead(status, { Location: `${trap.url}/x` }).end();
			};
			expect(await outcomeOf(internal(issuer))).toBe(
				`${issuer.url}/.well-known/openid-configuration answers ${status}: expected 200; redirects are not followed`,
			);
		},
	);
});

describe("an answer is not read", () => {
	test("beyond 64 KiB, said before or not", async () => {
		const issuer = await startIssuer(key);
		for (const length of [70_000, undefined]) {
			issuer.respond = (_, response) => {
				if (length) response.setHeader("Content-Length", length);
				response.write("{");
				response.end(`${" ".repeat(69_998)}}`);
			};
			expect(await outcomeOf(internal(issuer))).toMatch(/size/i);
		}
	});

	test("that is no JSON, without quoting it", async () => {
		const issuer = await startIssuer(key);
		issuer.respond = (_, response) => response.end("<html>secret</html>");
		expect(await outcomeOf(internal(issuer))).toBe(
			`${issuer.url}/.well-known/openid-configuration does not answer with JSON`,
		);
	});

	test("longer than five seconds, also when it drips", async () => {
		const issuer = await startIssuer(key);
		issuer.respond = (_, response) => {
			const drip = setInterval(() => response.write(" "), 100);
			response.on("close", () => clearInterval(drip));
		};
		const started = performance.now();
		expect(await outcomeOf(internal(issuer))).toBe(
			"The operation was aborted due to timeout",
		);
		expect(performance.now() - started).toBeLessThan(7_000);
	}, 10_000);
});
