import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { renderHtml } from "../../toolchain/plan/html.ts";
import { findOnPath, runCaptured } from "../../toolchain/process.ts";
import { ensurePrograms } from "../../toolchain/programs.ts";
import { ROOT } from "../../toolchain/stack.ts";
import { page as pageWith } from "../toolchain/plan/page.ts";

// The page of a real plan in a real browser: this checkout against itself, all stacks.
const folder = mkdtempSync(join(tmpdir(), "plan-page-"));
const file = join(folder, "plan.html");
const AXE = readFileSync(
	createRequire(import.meta.url).resolve("axe-core/axe.min.js"),
	"utf8",
);
let browser: Browser;

beforeAll(async () => {
	await ensurePrograms({ chromium: "chromium" });
	const { code, stderr } = await runCaptured(
		process.execPath,
		[
			join(ROOT, "toolchain/main.ts"),
			"plan",
			"--base",
			"HEAD",
			"--format",
			"html",
			"--out",
			file,
		],
		{ cwd: ROOT },
	);
	// 1 says that something must not be deployed, which the page shows as well.
	if (code > 1) throw new Error(stderr);
	browser = await chromium.launch({
		executablePath: findOnPath("chromium") ?? "",
		// Its sandbox does not start as root.
		args: ["--no-sandbox"],
	});
});
afterAll(async () => {
	await browser?.close();
	rmSync(folder, { recursive: true });
});

/** A page with a cell of every colour, since not every change has all of them. */
async function colourful(): Promise<string> {
	const tones = ["added", "removed", "changed", "danger", "good"] as const;
	const [stack] = pageWith().stacks;
	if (!stack) throw new Error("no stack");
	const table = {
		caption: "colours",
		head: ["tone", "cell"],
		rows: tones.map((tone) => [
			{ text: tone, tone },
			{ text: tone, tone },
		]),
	};
	const sections = [...stack.sections, { title: "colours", tables: [table] }];
	return renderHtml(pageWith({ stacks: [{ ...stack, sections }] }));
}

const SCREENS = [
	{ scheme: "light", width: 360 },
	{ scheme: "dark", width: 360 },
	{ scheme: "light", width: 1280 },
	{ scheme: "dark", width: 1280 },
] as const;

describe.each(SCREENS)("in $scheme mode, $width pixels wide", (screen) => {
	let page: Page;
	const said: string[] = [];

	beforeAll(async () => {
		const context = await browser.newContext({
			viewport: { width: screen.width, height: 800 },
			colorScheme: screen.scheme,
			// axe comes in through the browser; the page's own policy lets no script in.
			bypassCSP: true,
		});
		page = await context.newPage();
		page.on("console", (message) => said.push(message.text()));
		page.on("pageerror", (error) => said.push(error.message));
		await page.goto(pathToFileURL(file).href);
	});

	const unfold = () =>
		page.evaluate(
			"document.querySelectorAll('details').forEach((one) => { one.open = true })",
		);
	const violations = async () => {
		await page.evaluate(AXE);
		return page.evaluate(
			"axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html).join(' ')))",
		);
	};

	test("shows the verdict and every stack", async () => {
		expect(await page.locator("h1").textContent()).toMatch(
			/^Plan against HEAD/,
		);
		expect(await page.locator("h2").allTextContents()).toEqual(
			expect.arrayContaining(["dev", "k8s"]),
		);
		expect(await page.locator(".verdict").isVisible()).toBe(true);
	});

	test("is as wide as the screen, folded and unfolded", async () => {
		const width = () => page.evaluate("document.documentElement.scrollWidth");
		expect(await width()).toBe(screen.width);
		await unfold();
		expect(await width()).toBe(screen.width);
	});

	test("has tables and a picture that everybody can use: axe finds nothing", async () => {
		expect(await violations()).toEqual([]);
	});

	test("draws the picture, with every line in it", async () => {
		const picture = page.locator("svg").first();
		expect(await picture.isVisible()).toBe(true);
		expect(await picture.locator(".edge path").count()).toBeGreaterThan(10);
	});

	test("can be read in every colour that a cell or a finding has", async () => {
		const file = join(folder, "colours.html");
		writeFileSync(file, await colourful());
		await page.goto(pathToFileURL(file).href);
		await unfold();
		expect(await violations()).toEqual([]);
	});

	test("has nothing to complain about", () => {
		expect(said).toEqual([]);
	});
});
