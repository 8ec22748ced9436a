// Opens a page that compares two runs in headless Chromium and uses it.
//   node drive_compare.mjs PAGE differ|same [SCREENSHOT_FOLDER]
import { statSync } from "node:fs";
import { basename } from "node:path";
import { check, check_narrow, is_local, open, painted, report, settled } from "./browser.mjs";

const [file, expected, pictures] = process.argv.slice(2);

const { browser, page } = await open({ width: 1400, height: 1000, may_ask: is_local });
const picture = async (name, whole = false) => {
  if (pictures) await page.screenshot({ path: `${pictures}/${basename(file, ".html")}-${name}.png`, fullPage: whole });
};
const hashes = async () => { await settled(page); return page.evaluate(() => [...document.querySelectorAll("canvas")].map((each) => each.toDataURL())); };
const clock = async () => Number((await page.locator(".clock").innerText()).replace(" s", ""));

await page.goto(`file://${file}`);
const painted_ms = await painted(page, 20000);
await picture("first");
check("there are two diagrams", (await page.locator("canvas").count()) === 2);
check("ids are there once", await page.evaluate(() => { const all = [...document.querySelectorAll("[id]")].map((each) => each.id); return new Set(all).size === all.length; }));
check("both verdicts are told", (await page.locator("#comparison .outcome").count()) === 2);
check("both runs can be got again", (await page.locator("#comparison .again code").allInnerTexts()).every((text) => /run .+ --seed \d+/.test(text)));
check("texts of the runs are no markup", (await page.evaluate(() => document.querySelectorAll("#app script, #app img, #app iframe").length)) === 0);
check("no script of the runs ran", (await page.evaluate(() => globalThis.owned)) === undefined);
check("metrics have the curves of both", (await page.locator("#metrics polyline").count()) === 10, String(await page.locator("#metrics polyline").count()));

if (expected === "same") {
  check("that they are the same is told", /They are the same run, event for event/.test(await page.locator("#parting").innerText()));
  check("nothing is marked", (await page.locator("tr.differs").count()) === 0);
} else {
  check("where they part is told", /part at \d+\.\d{6} s/.test(await page.locator("#parting .summary").innerText()));
  check("both first records are there", (await page.locator("#parting dd").count()) === 2);
  check("what differs is marked by more than colour", (await page.locator("tr.differs").allInnerTexts()).every((text) => text.includes("≠")) && (await page.locator("tr.differs").count()) > 0);
  const first = await clock();
  check("the page begins at the first difference", (await page.locator("#parting .summary").innerText()).includes(`${first.toFixed(6)} s`));
  const nodes = await page.locator("#parting tbody tr").count();
  check("nodes are listed as the difference reaches them", nodes >= 2);
  const times = (await page.locator("#parting tbody button").allInnerTexts()).map((text) => parseFloat(text));
  check("in the order of time, and none before the first", times.every((at, i) => at >= first && (i === 0 || at >= times[i - 1])), times.join(" "));
  // By keyboard: on to the next, and back.
  await page.keyboard.press("d");
  const next = await clock();
  check("d goes to the next difference", next > first, `${first} ${next}`);
  await page.keyboard.press("D");
  check("D goes back", (await clock()) === first);
  await page.locator("#parting tbody button").last().focus();
  await page.keyboard.press("Enter");
  check("a time leads there", (await clock()) === times[times.length - 1]);
  await picture("spread");
  const withFade = await hashes();
  await page.getByLabel("fade what is the same in both").uncheck();
  const without = await hashes();
  check("what is the same can be faded or not", withFade.some((each, k) => each !== without[k]));
  await page.getByLabel("fade what is the same in both").check();
}

// Both show the same time.
const before = await hashes();
await page.locator("canvas").first().hover({ position: { x: 700, y: 150 } });
await page.mouse.wheel(0, -500);
const zoomed = await hashes();
check("the wheel over one zooms both", before.every((each, k) => each !== zoomed[k]));
await page.locator("canvas").nth(1).hover({ position: { x: 700, y: 150 } });
await page.mouse.wheel(0, 500);
const back = await hashes();
check("and over the other", zoomed.every((each, k) => each !== back[k]));
await page.locator("canvas").first().focus();
const here = await clock();
await page.keyboard.press("ArrowRight");
check("an arrow key moves", (await clock()) > here);
const marked = await page.locator("[id^=state-] .hint").allInnerTexts();
check("states of both are of one instant", marked.length === 2 && marked[0].split(".")[1] === marked[1].split(".")[1]);
if (expected === "differ") {
  await page.keyboard.press("0");
  for (let i = 0; i < 50; i++) await page.keyboard.press("ArrowRight");
  check("states that differ are marked by more than colour", (await page.locator("td.differs").count()) > 0 && (await page.locator("td.differs").allInnerTexts()).every((text) => text.includes("≠")));
}
await picture("whole", true);
await page.emulateMedia({ colorScheme: "dark" });
await settled(page);
await picture("dark");
await page.setViewportSize({ width: 390, height: 900 });
await settled(page);
await check_narrow(page, "a narrow page");
await picture("narrow");
await browser.close();
const size = statSync(file).size;
check("a page is below 5 MB", size < 5_000_000, String(size));
report({ page: basename(file), bytes: size, painted_ms });
