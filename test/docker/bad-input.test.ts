import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import {
	leftovers,
	succeeded,
	type TestStack,
	testStack,
} from "./test-stack.ts";

let stack: TestStack;

beforeEach(() => {
	stack = testStack("other", 5301);
});
afterEach(async () => {
	expect(await leftovers(stack.name)).toEqual([]);
	stack.dispose();
});

test("a taken port is named with its key, before anything is touched", async () => {
	const servers = [5302, 5306, 5312].map((port) =>
		createServer().listen(port, "127.0.0.1"),
	);
	try {
		const { code, stderr } = await stack.npm("up");
		expect(code).toBe(1);
		const problem = (key: string, port: number) =>
			`  Pulumi.other.yaml:registry-tiers:estate.${key}: port in use on this machine, got ${port}; expected a free port. Fix: stop what listens on 127.0.0.1:${port}, or choose another port.`;
		expect(stderr).toContain(
			[
				"error: ports are taken:",
				problem("tiers.ci-tests.port", 5302),
				problem("tiers.archive.mirrorPort", 5306),
				problem("regions.eu.archivePort", 5312),
				"",
			].join("\n"),
		);
	} finally {
		for (const server of servers) server.close();
	}
});

test("an invalid configuration is refused with every problem, before anything is touched", async () => {
	const config = parse(readFileSync(stack.configFile, "utf8"));
	config.config["registry-tiers:estate"].tiers.sandbox.port = 0;
	config.config["registry-tiers:estate"].tears = 1;
	writeFileSync(stack.configFile, stringify(config));
	expect(await stack.npm("up")).toEqual({
		code: 1,
		stdout: "",
		stderr: [
			"error: Pulumi.other.yaml does not describe an estate:",
			'  Pulumi.other.yaml:registry-tiers:estate.tears: unknown key, did you mean tiers?, got "tears"; expected one of platform | addresses | tiers | regions | promotion | identities | cleanup | rotation. Fix: rename it to tiers.',
			"  Pulumi.other.yaml:registry-tiers:estate.tiers.sandbox.port: port out of range, got 0; expected a whole number from 1024 to 65535. Fix: choose a free port such as 5101.",
			"",
		].join("\n"),
	});
});

test("no Docker Engine: the message says what to do", async () => {
	const env = { DOCKER_HOST: "unix:///nowhere/docker.sock" };
	expect(await stack.npm("up", [], { env })).toEqual({
		code: 1,
		stdout: "",
		stderr:
			"error: no Docker Engine answers at DOCKER_HOST, got unix:///nowhere/docker.sock; expected a running engine. Fix: start it, or unset DOCKER_HOST to use the local one\n",
	});
});

test("a wrong passphrase: the message says what to do, and nothing is lost", async () => {
	succeeded(await stack.npm("pulumi", ["stack", "export"]));
	const env = { PULUMI_CONFIG_PASSPHRASE: "wrong" };
	const { code, stderr } = await stack.npm("up", [], { env });
	expect(code).not.toBe(0);
	expect(stderr).toContain(
		"Fix: the stack 'other' was made with another passphrase: set PULUMI_CONFIG_PASSPHRASE to that one, or unset it to use the generated one",
	);
	succeeded(await stack.npm("preview"));
});

test("a folder of manifests that does not exist is named", async () => {
	const config = parse(readFileSync(stack.configFile, "utf8"));
	config.config["registry-tiers:estate"].promotion.manifests = "nowhere";
	writeFileSync(stack.configFile, stringify(config));
	const { code, stdout } = await stack.npm("preview");
	expect(code).not.toBe(0);
	expect(stdout).toContain(
		"no such folder, got nowhere; expected a folder of the checkout. Fix: create it, or name another in promotion.manifests.",
	);
});
