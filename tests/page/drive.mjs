// Opens a page in headless Chromium, uses each panel and says what is wrong.
//   node drive.mjs PAGE EXPECTED_VERDICT [SCREENSHOT_FOLDER]
import { statSync } from "node:fs";
import { basename } from "node:path";
import { check, check_narrow, is_local, open, painted, report, settled } from "./browser.mjs";

const [file, verdict, pictures] = process.argv.slice(2);

const { browser, page } = await open({ width: 1400, height: 900, may_ask: is_local });
const picture = async (name, whole = false) => {
  if (pictures) await page.screenshot({ path: `${pictures}/${basename(file, ".html")}-${name}.png`, fullPage: whole });
};
const text = (selector) => page.locator(selector).innerText();
const canvasHash = () => page.evaluate(() => document.querySelector("canvas").toDataURL().length + document.querySelector("canvas").toDataURL().slice(-4000));

await page.goto(`file://${file}`);
const painted_ms = await painted(page, 20000);
await picture("first");

// A: the verdict, and a command to get the run again.
check("the verdict bar has the verdict", (await page.locator("#verdict").getAttribute("class")) === verdict);
check("every claim has its verdict in words", (await page.locator(".claim .verdict").count()) > 0);
check("the run can be got again", /run .+ --seed \d+/.test(await text(".again code")));

// Nothing of the run became markup.
check("texts of the run are no markup", (await page.evaluate(() => document.querySelectorAll("#app script, #app img, #app iframe").length)) === 0);
check("no script of the run ran", (await page.evaluate(() => globalThis.owned)) === undefined);

// B: zoom, filter, selection.
const before = await canvasHash();
await page.locator("canvas").hover({ position: { x: 700, y: 200 } });
await page.mouse.wheel(0, -600);
await settled(page);
check("the wheel zooms", before !== await canvasHash());
await page.keyboard.press("m");
await settled(page);
check("m selects a message", /→/.test(await text("#selected b")), await text("#selected"));
check("what led to it is listed", (await page.locator("#selected .chain li").count()) > 0);
await picture("cone");
const withAll = await canvasHash();
await page.getByLabel("only the light cone").check();
await settled(page);
check("the cone alone can be shown", withAll !== await canvasHash());
await page.getByLabel("only the light cone").uncheck();

// C: sentences lead to their moment.
const clock = () => text(".clock");
await page.keyboard.press("0");
const links = page.locator("#explanation button.link");
if (await links.count() > 0) {
  await links.last().click();
  const last = await clock();
  await links.first().click();
  check("links of the explanation move the clock", await links.count() === 1 || last !== await clock(), last);
}

// D: states follow the clock, and what changed is marked.
await page.keyboard.press("c");
check("a change of state is marked by more than colour", /•/.test(await text("#state")), await text("#state"));
const state = await text("#state table");
for (let i = 0; i < 5; i++) await page.keyboard.press("c");
check("the next changes are different", state !== await text("#state table"));

// E: operations, and those that contradict.
check("operations are listed", (await page.locator("#operations tbody tr").count()) > 0);
const contradicting = Number(/\((\d+)\)/.exec(await text("#operations label[for=contradictions]"))[1]);
await page.locator("#contradictions").check();
check("only contradictions remain", (await page.locator("#operations tbody tr").count()) === Math.min(contradicting, 30));
await page.locator("#contradictions").uncheck();

// E: in lanes. Of a broken promise what contradicts it, with arrows whose numbers are those of sentences; of one
// that holds the points at which operations took effect, each within its operation.
const lanes = page.locator("#operations svg.lanes");
if (await page.locator("#operations .contradiction").count() > 0) {
  check("what contradicts stands out by more than colour", (await lanes.locator(".bar.contradicts text").allTextContents()).every((each) => each.startsWith("⚠")));
  check("contradicting operations are drawn", (await lanes.locator(".bar.contradicts").count()) > 0);
  const sentences = await page.locator("#operations .contradiction ol li").count();
  const numbers = (await lanes.locator("text.badge").allTextContents()).map(Number);
  check("each arrow has a sentence", numbers.length === (await lanes.locator("path.edge").count()) && numbers.every((each) => each >= 1 && each <= sentences), numbers.join(" "));
} else if (await page.locator("#operations .certificate").count() > 0) {
  const inside = () => page.evaluate(() => {
    const boxes = (selector) => [...document.querySelectorAll(`#operations .lanes ${selector}`)].map((each) => each.getBoundingClientRect());
    const [bars, points] = [boxes(".bar rect"), boxes(".point")];
    return points.length > 1 && points.length === bars.length && points.every((point, i) => {
      const middle = point.x + point.width / 2;
      return bars[i].left <= middle && middle <= bars[i].right && (i === 0 || middle > points[i - 1].x + points[i - 1].width / 2);
    });
  });
  check("each operation took effect between its begin and its end, one after the other", await inside());
  await page.keyboard.press("f");
  check("and so around the next fault", await inside());
  check("the same is there in words", (await page.locator("#operations .certificate li").count()) === (await lanes.locator(".point").count()));
}

// F: keys move, playing moves.
await page.locator("canvas").focus();
const here = await clock();
await page.keyboard.press("ArrowRight");
check("an arrow key moves", here !== await clock());
const there = await clock();
await page.keyboard.press(" ");
await page.waitForTimeout(200);
await page.keyboard.press(" ");
check("playing moves", there !== await clock());
const stopped = await clock();
await page.waitForTimeout(100);
check("pausing stops", stopped === await clock());

// G, H.
check("metrics have curves", (await page.locator("#metrics polyline").count()) >= 5);
check("faults are shaded behind them", (await page.locator("#metrics .shade").count()) > 0);
check("the scenario is there", /"system"/.test(await page.locator("#scenario pre").textContent()));
if (await page.locator("#scenario .cut").count() > 0) {
  check("what did not matter is marked by more than colour", (await page.locator("#scenario del").allTextContents()).every((each) => each.startsWith("− ")) && (await page.locator("#scenario del").count()) > 0);
  const left = await page.evaluate(() => [...document.querySelectorAll("#scenario .cut .kept, #scenario .cut .new")].map((each) => each.textContent.slice(2)).join(""));
  check("what is left of it is the scenario as it ran", left.trim() === (await page.locator("#scenario pre").textContent()).trim());
}

// How fluid: the slowest of some redraws, of the whole run and zoomed.
await page.keyboard.press("0");
const frames = await page.evaluate(async () => {
  const canvas = document.querySelector("canvas");
  let slowest = 0;
  for (let i = 0; i < 12; i++) {
    const begin = performance.now();
    canvas.dispatchEvent(new WheelEvent("wheel", { deltaY: i % 2 ? 120 : -120, bubbles: true, cancelable: true }));
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    slowest = Math.max(slowest, performance.now() - begin);
  }
  return Math.round(slowest);
});
await picture("whole", true);
if (pictures) for (const panel of ["operations", "scenario"]) await page.locator(`#${panel}`).screenshot({ path: `${pictures}/${basename(file, ".html")}-${panel}.png` });
await page.emulateMedia({ colorScheme: "dark" });
await settled(page);
await picture("dark");
if (pictures) await page.locator("#operations").screenshot({ path: `${pictures}/${basename(file, ".html")}-operations-dark.png` });
await page.setViewportSize({ width: 390, height: 900 });
await settled(page);
await check_narrow(page, "a narrow page");
if (pictures) await page.locator("#operations").screenshot({ path: `${pictures}/${basename(file, ".html")}-operations-narrow.png` });

await browser.close();
const size = statSync(file).size;
check("a page is below 5 MB", size < 5_000_000, String(size));
report({ page: basename(file), bytes: size, painted_ms, slowest_frame_ms: frames });
