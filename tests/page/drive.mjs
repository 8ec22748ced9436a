// Opens a page in headless Chromium, uses each panel and says what is wrong.
//   node drive.mjs PAGE EXPECTED_VERDICT [SCREENSHOT_FOLDER]
import { statSync } from "node:fs";
import { basename } from "node:path";
import { check, check_narrow, is_local, open, painted, report, settled } from "./browser.mjs";

const [file, verdict, pictures] = process.argv.slice(2);

const { browser, page } = await open({ width: 1400, height: 900, may_ask: is_local });
const picture = async (name, whole = false) => {
  if (pictures) await page.screenshot({ path: `${pictures}/${basename(file, ".html")}-${name}.png`, fullPage: whole, timeout: 30_000 });
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
await page.locator(".again button").click();
await page.waitForFunction(() => /^(Copied|Select and copy by hand)$/.test(document.querySelector(".again button").textContent)).catch(() => check("copying says whether it worked", false));

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
await page.mouse.wheel(0, 3000);  // of a short run all that is in sight may belong to the cone
await settled(page);
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
  const one = await links.first().innerText() === await links.last().innerText();
  check("links of the explanation move the clock", one || last !== await clock(), last);
}

// D: states follow the clock, and what changed is marked.
await page.keyboard.press("c");
check("a change of state is marked by more than colour", /•/.test(await text("#state")), await text("#state"));
const states = [await text("#state table")];
for (const key of ["c", "c", "c", "C", "C", "C", "C", "C"]) {
  await page.keyboard.press(key);
  states.push(await text("#state table"));
}
check("other changes are different", new Set(states).size > 1);

// D: who wrote a value is told for the cell that has the focus, which stays there while the clock moves.
const cell = page.locator("#state td button").first();
await cell.focus();
const [field, node] = await page.evaluate(() => {
  const td = document.activeElement.closest("td");
  return [td.parentElement.cells[0].textContent, td.closest("table").rows[0].cells[td.cellIndex].textContent];
});
const writer = () => text("#state .writer");
check("who wrote a value is told", (await writer()).startsWith(`Written – ${node}: ${field} became `) && / at \d+\.\d{6} s, (in event \d+|when it started)/.test(await writer()), await writer());
const key = await cell.getAttribute("data-key");
await page.keyboard.press("Enter");
check("a value leads to its writing", (await writer()).includes(` at ${await clock()}`), `${await clock()} ${await writer()}`);
check("the focus stays in its cell", (await page.evaluate(() => document.activeElement.dataset.key)) === key);
check("what is on its way is counted", (await page.locator("#state tbody tr").last().innerText()).startsWith("messages on their way to it"));

// E: operations, and those that contradict.
check("operations are listed", (await page.locator("#operations tbody tr").count()) > 0);
const contradicting = Number(/\((\d+)\)/.exec(await text("#operations label[for=contradictions]"))[1]);
await page.locator("#contradictions").check();
check("only contradictions remain", (await page.locator("#operations tbody tr").count()) === Math.min(contradicting, 30));
await page.locator("#contradictions").uncheck();

// E and B: an operation is selected by key, and its messages stand out.
const asked = page.locator("#operations tbody button").first();
await asked.focus();
const without = await canvasHash();
await page.keyboard.press("Enter");
await settled(page);
check("an operation can be selected", (await page.locator("#operations tbody button[aria-pressed=true]").innerText()).startsWith("▸ ") && without !== await canvasHash());
check("the selected operation is told", /asked \d/.test(await text("#selected")), await text("#selected"));
await picture("operation");
for (const choice of ["none", ""]) {
  const drawn = await canvasHash();
  await page.getByLabel("Which operations").selectOption(choice);
  await settled(page);
  check(`operations are filtered (${choice === "" ? "all" : choice})`, drawn !== await canvasHash());
}
await page.locator("canvas").focus();
await page.keyboard.press("Escape");
check("the selection is cleared", /Nothing is selected/.test(await text("#selected")));

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
for (const [on, back] of [["n", "p"], ["m", "M"], ["c", "C"]]) {
  await page.keyboard.press("Escape");
  const times = [parseFloat(await clock())];
  for (let i = 0; i < 8; i++) { await page.keyboard.press(on); times.push(parseFloat(await clock())); }
  check(`${on} never goes back`, times.every((time, i) => i === 0 || time >= times[i - 1]), times.join(" "));
  const end = times[times.length - 1];
  for (let i = 0; i < 8; i++) await page.keyboard.press(back);
  check(`${back} goes back`, parseFloat(await clock()) < end || end === times[0], `${end} ${await clock()}`);
}
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
await page.locator("#scrubber input").fill("0");
const begin = await clock();
await page.locator("canvas").focus();
await page.keyboard.press("f");
check("faults are shaded behind them", ((await page.locator("#metrics .shade").count()) > 0) === (begin !== await clock()));
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

// On paper: nothing is folded or cut, and the diagram has the colours of paper.
await page.setViewportSize({ width: 1000, height: 1200 });
const printed = async (colorScheme) => {
  await page.emulateMedia({ media: "print", colorScheme });
  await settled(page);
  return canvasHash();
};
check("what is printed does not depend on the screen's colours", await printed("dark") === await printed("light"));
await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
check("nothing is folded on paper", await page.evaluate(() => [...document.querySelectorAll("details:not(.keys)")].every((each) => each.open)));
check("nothing is cut on paper", await page.evaluate(() => [...document.querySelectorAll("pre, .cut, .scroll")].every((each) => getComputedStyle(each).overflowY === "visible")));
await picture("print", true);

await browser.close();
const size = statSync(file).size;
check("a page is below 5 MB", size < 5_000_000, String(size));
report({ page: basename(file), bytes: size, painted_ms, slowest_frame_ms: frames });
