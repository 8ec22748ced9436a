// Opens a lesson's page in headless Chromium: nothing is given away before the prediction, everything is there after it.
//   node drive_lesson.mjs PAGE CHOICE right|wrong [SCREENSHOT_FOLDER]
import { basename } from "node:path";
import { check, check_narrow, is_local, open, painted, report } from "./browser.mjs";

const [file, choice, expected, pictures] = process.argv.slice(2);

const { browser, page } = await open({ width: 1200, height: 900, may_ask: is_local });
const picture = async (name) => { if (pictures) await page.screenshot({ path: `${pictures}/${basename(file, ".html")}-${name}.png` }); };

await page.goto(`file://${file}`);
await painted(page, 20000);
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
check("the misconception is called one", /^A common misconception: that /.test(await page.locator("#lesson .misconception").innerText()));

// Changes say what they set; what comes of them is folded away until it is asked for, by keyboard.
const changes = page.locator("#lesson .changes > li");
check("there are changes to try", (await changes.count()) >= 2);
let holds = 0;
for (let i = 0; i < await changes.count(); i++) {
  const change = changes.nth(i);
  check("a change says what it sets", /--set '[a-z_.]+=.+'/.test(await change.locator(".sets").innerText()), await change.innerText());
  check("its outcome is hidden at first", !(await change.locator(".outcome").isVisible()));
  await change.locator("summary").focus();
  await page.keyboard.press("Enter");
  const outcome = await change.locator(".outcome").innerText();
  check("its outcome is told", /^(✓ It holds with all of 100 seeds\.|✗ It fails with \d+ of 100 seeds, first with seed \d+\.)$/.test(outcome), outcome);
  if (outcome.startsWith("✓")) holds++;
  check("and why", (await change.locator("details p").nth(1).innerText()).length > 10);
  check("and how to try it", new RegExp(`lesson [a-z-]+ --try ${String.fromCharCode(97 + i)}$`).test(await change.locator("details code").innerText()));
}
check("one change mends it", holds === 1, String(holds));
await picture("answer");
await page.emulateMedia({ colorScheme: "dark" });
await picture("answer-dark");
await page.setViewportSize({ width: 390, height: 800 });
await check_narrow(page, "a narrow page");
await picture("answer-narrow");
await browser.close();
report({ page: basename(file) });
