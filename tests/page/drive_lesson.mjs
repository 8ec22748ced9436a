// Opens a lesson's page in headless Chromium: nothing is given away before the prediction, everything is there after it.
//   node drive_lesson.mjs PAGE CHOICE right|wrong [SCREENSHOT_FOLDER]
import { createRequire } from "node:module";
import { basename } from "node:path";

const { chromium } = createRequire(`${process.env.PLAYWRIGHT}/`)("playwright-core");
const [file, choice, expected, pictures] = process.argv.slice(2);
const problems = [];
const check = (what, good, saw = "") => { if (!good) problems.push(`${what}${saw === "" ? "" : `: ${saw}`}`); };

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
const page = await browser.newPage({ viewport: { width: 1200, height: 900 } });
page.setDefaultTimeout(5000);
page.on("console", (message) => { if (message.type() === "error") problems.push(`console: ${message.text()}`); });
page.on("pageerror", (error) => problems.push(`error: ${error.message}`));
const picture = async (name) => { if (pictures) await page.screenshot({ path: `${pictures}/${basename(file, ".html")}-${name}.png` }); };

await page.goto(`file://${file}`);
await page.waitForFunction(() => document.documentElement.dataset.painted !== undefined, undefined, { timeout: 20000 });
const choices = page.locator("#lesson .choices button");
check("there are choices", (await choices.count()) >= 2);
for (const hidden of ["#verdict", "#explanation", "#operations", "canvas", "#lesson .result"])
  check(`${hidden} is not there before the prediction`, (await page.locator(hidden).count()) === 0);
await picture("question");

// By keyboard alone.
await choices.first().focus();
for (let at = 1; at < Number(choice); at++) await page.keyboard.press("Tab");
await page.keyboard.press("Enter");
const result = await page.locator("#lesson .result").innerText();
const told = { right: `✓ You predicted ${choice}, and so it was.`, wrong: `✗ You predicted ${choice}. It was ` }[expected];
check("the result is told", result.startsWith(told), result);
check("the title is there once", (await page.locator("h1").count()) === 1);
check("the question is there once", (await page.locator(".question").count()) === 1);
check("the result has the focus", await page.evaluate(() => document.activeElement?.classList.contains("result")));
check("a prediction is final", await choices.first().isDisabled());
for (const shown of ["#verdict", "#explanation", "#operations", "canvas"])
  check(`${shown} is there after it`, (await page.locator(shown).count()) === 1);
check("there are changes to try", /lesson [a-z-]+ --try a/.test(await page.locator("#lesson ul").innerText()));
await picture("answer");
await page.emulateMedia({ colorScheme: "dark" });
await picture("answer-dark");
await browser.close();
console.log(JSON.stringify({ page: basename(file), problems }));
process.exit(problems.length === 0 ? 0 : 1);
