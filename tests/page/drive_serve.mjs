// Serves a folder with `lightcone serve` and uses it in headless Chromium: a lesson from the list to a change that was
// tried, and a run whose progress is told in its own page.
//   node drive_serve.mjs LIGHTCONE SOURCE_FOLDER SCRATCH_FOLDER
import { spawn } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { check, check_narrow, open, painted, report } from "./browser.mjs";

const [program, source, scratch] = process.argv.slice(2);

// A lesson as it is, and one in which every text is hostile.
const folder = `${scratch}/served`;
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder);
copyFileSync(`${source}/scenarios/lessons/the-forgotten-vote.json`, `${folder}/vote.json`);
copyFileSync(`${source}/scenarios/raft/leader-partition.json`, `${folder}/partition.json`);
const hostile = JSON.parse(readFileSync(`${folder}/vote.json`));
delete hostile.$schema;
const markup = (k) => `</script><script>globalThis.owned=${k}</script><img src=x onerror="globalThis.owned=${k}"> "'&`;
hostile.title = markup(1);
Object.assign(hostile.lesson, { situation: markup(2), prediction: markup(3), misconception: markup(4) });
hostile.lesson.choices.forEach((choice, i) => { choice.text = markup(10 + i); });
[hostile.lesson.fix, ...hostile.lesson.wrong_fixes].forEach((change, i) => { change.text = markup(20 + i); change.why = markup(30 + i); });
hostile.lesson.fix.set.push(`title="${markup(40).replaceAll('"', "")}"`);
writeFileSync(`${folder}/<b>&'hostile.json`, JSON.stringify(hostile));

const server = spawn(program, ["serve", folder, "--port", "0"], { stdio: ["ignore", "pipe", "inherit"] });
process.on("exit", () => server.kill("SIGKILL"));
const address = await new Promise((found, failed) => {
  let said = "";
  server.stdout.on("data", (piece) => { said += piece; const at = /http:\/\/[^/ ]+\//.exec(said); if (at) found(at[0]); });
  server.on("exit", () => failed(new Error(`the server ended: ${said}`)));
});

const { browser, page } = await open({
  width: 1100,
  height: 900,
  timeout: 30_000,
  may_ask: (url) => url.startsWith(address) || /^(data|blob):/.test(url),
  may_complain: (text) => text.includes("favicon"),
});
const picture = (name) => page.screenshot({ path: `${scratch}/serve-${name}.png` });
const shown = () => painted(page, 30_000);

// All its changes, or only the first, are tried.
async function takeLesson(title, name, all) {
  await page.goto(address);
  await page.getByRole("link", { name: title, exact: true }).first().focus();
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/lesson\?/);
  await picture(`${name}-question`);
  // By keyboard alone: the first choice, and on to the next.
  await page.locator("input[type=radio]").first().focus();
  await page.keyboard.press("Space");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/run\?.*answer=2/);
  await shown();
  check(`${name}: the prediction is told`, /^✓ You predicted 2, and so it was\.$/.test(await page.locator("#lesson .result").innerText()));
  check(`${name}: the run is shown`, (await page.locator("#verdict").count()) === 1);
  await picture(`${name}-run`);
  const outcomes = [];
  const count = all ? await page.locator("#lesson .changes > li").count() : 1;
  for (let i = 0; i < count; i++) {
    const change = page.locator("#lesson .changes > li").nth(i);
    check(`${name}: a change says what it sets`, (await change.locator(".sets code").count()) > 0);
    check(`${name}: its outcome is not told before it is tried`, (await change.locator(".outcome").count()) === 0);
    await change.getByRole("link").focus();
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/try\?/);
    await page.locator(".outcome").waitFor();
    outcomes.push(await page.locator(".outcome").innerText());
    check(`${name}: the progress is over`, !(await page.locator("#progress").isVisible()));
    await picture(`${name}-tried-${i}`);
    await page.getByRole("link", { name: /with this change/ }).click();
    await shown();
    const kept = outcomes[i].startsWith("✓");
    check(`${name}: the run with the change is as it was told`, (await page.locator("#verdict").getAttribute("class")) === (kept ? "held" : "violated"));
    check(`${name}: it does not ask again`, (await page.locator("#lesson").count()) === 0);
    await page.goBack();
    await page.getByRole("link", { name: "Back to the lesson's run" }).click();
    await shown();
    check(`${name}: the prediction is still there`, (await page.locator("#lesson .result").count()) === 1);
  }
  if (all) check(`${name}: one change holds`, outcomes.filter((each) => /^✓ It holds with all of 100 seeds\.$/.test(each)).length === 1, outcomes.join(" | "));
  if (all) check(`${name}: the others fail`, outcomes.filter((each) => /^✗ It fails with \d+ of 100 seeds/.test(each)).length === count - 1, outcomes.join(" | "));
  check(`${name}: texts are no markup`, (await page.evaluate(() => globalThis.owned)) === undefined);
}
await takeLesson("The forgotten vote", "lesson", true);
await takeLesson(markup(1).trim(), "hostile", false);

// The progress of a run is told in its page, which is not loaded again.
let loads = 0;
page.on("load", () => { loads++; });
await page.goto(`${address}run?file=partition.json&set=length%3D150s`, { waitUntil: "commit" });
await page.locator("#progress .lines p progress").last().waitFor();
const visible = await page.evaluate(() => [...document.querySelectorAll("#progress .lines p")].filter((p) => p.checkVisibility?.() ?? p.offsetHeight > 0).length);
check("only the last line of progress is shown", visible === 1, String(visible));
check("a line says how far it is", /^\d+ % of 150\.0 s, \d+ events$/.test((await page.locator("#progress .lines p").last().innerText()).trim()), await page.locator("#progress .lines p").last().innerText());
check("it is told while the run goes on", (await page.locator("#verdict").count()) === 0);
await picture("progress");
await shown();
check("progress gives way to the run", !(await page.locator("#progress").isVisible()) && (await page.locator("#verdict").count()) === 1);
check("nothing was loaded again", loads <= 1 && (await page.evaluate(() => performance.getEntriesByType("navigation").length)) === 1, String(loads));
check("there is one title", (await page.locator("h1:visible").count()) === 1);
await page.emulateMedia({ colorScheme: "dark" });
await page.goto(address);
await picture("list-dark");
await page.setViewportSize({ width: 390, height: 800 });
await check_narrow(page, "a narrow list");
await picture("list-narrow");
await browser.close();
server.kill("SIGINT");
report({ page: "serve" });
