// Opens the page of a history of transactions that contradict each other in headless Chromium and uses its graph.
//   node drive_history.mjs PAGE TRANSACTIONS RELATIONS [SCREENSHOT_FOLDER]
// TRANSACTIONS: how many the cycle has; RELATIONS: of its arrows in turn, such as rw,rw
import { basename } from "node:path";
import { check, check_narrow, is_local, open, painted, report, settled } from "./browser.mjs";

const [file, transactions, relations, pictures] = process.argv.slice(2);
const count = Number(transactions);

const { browser, page } = await open({ width: 1300, height: 900, may_ask: is_local });
const picture = async (name) => {
  if (pictures) await page.locator("#operations").screenshot({ path: `${pictures}/${basename(file, ".html")}-${name}.png` });
};
await page.goto(`file://${file}`);
const painted_ms = await painted(page, 20000);
check("the verdict bar has the verdict", (await page.locator("#verdict").getAttribute("class")) === "violated");
check("the history can be judged again", /tools\/lightcone check .+/.test(await page.locator(".again code").innerText()));
check("what was not recorded has no panel", (await page.locator("#state, #scenario").count()) === 0);

const graph = page.locator("#operations svg.cycle");
check("there is one graph", (await graph.count()) === 1);
const boxes = graph.locator(".node");
const arrows = graph.locator(".dependency");
check("each transaction has a box", (await boxes.count()) === count, String(await boxes.count()));
check("each arrow has its relation as label", (await arrows.locator("text").allTextContents()).map((text) => text.replace(/^\d+\. /, "")).join(",") === relations,
  (await arrows.locator("text").allTextContents()).join(","));
const label = await graph.getAttribute("aria-label");
check("the graph is told in words", relations.split(",").every((relation, i) => label.includes(`T${i + 1} precedes T${(i + 1) % count + 1} (${relation})`)), label);
const kinds = await page.locator("#operations .kinds dt").allInnerTexts();
check("each kind of arrow is explained", [...new Set(relations.split(","))].every((kind) => kinds.includes(kind)), kinds.join());

// Numbers on arrows are those of sentences in the list.
const sentences = await page.locator("#operations .contradiction ol li").allInnerTexts();
const numbers = (await arrows.locator("text").allTextContents()).map((text) => Number(text.split(".")[0]));
check("each arrow has a sentence", numbers.every((number, i) => sentences[number - 1]?.includes(`T${i + 1} < T${(i + 1) % count + 1}`)), `${numbers} ${sentences.length}`);

// Nothing covers anything else.
const overlaps = await page.evaluate(() => {
  const all = [...document.querySelectorAll("#operations .cycle .node rect, #operations .cycle rect.label")].map((each) => each.getBoundingClientRect());
  const cover = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;
  return all.flatMap((a, i) => all.slice(i + 1).filter((b) => cover(a, b))).length;
});
check("boxes and labels do not cover each other", overlaps === 0, String(overlaps));
const inside = await page.evaluate(() => {
  const frame = document.querySelector("#operations .cycle").getBoundingClientRect();
  return [...document.querySelectorAll("#operations .cycle rect")].map((each) => each.getBoundingClientRect())
    .every((each) => each.left >= frame.left && each.right <= frame.right && each.top >= frame.top && each.bottom <= frame.bottom);
});
check("the graph is in its frame", inside);
await picture("graph");

// By keyboard: the tab key goes through arrows and boxes, and each says its sentence.
await page.getByRole("region", { name: "The cycle as a graph" }).focus();
const said = [];
for (let i = 0; i < 2 * count; i++) {
  await page.keyboard.press("Tab");
  said.push(await page.locator("#operations .detail").innerText());
}
check("the tab key goes through all of it", new Set(said).size === 2 * count, said.join(" | "));
check("arrows say why", said.filter((text) => / < .+ because /.test(text)).length === count, said.join(" | "));
await page.keyboard.press("Enter");
await settled(page);
check("a box selects its transaction", /asked \d/.test(await page.locator("#selected").innerText()));
await page.emulateMedia({ colorScheme: "dark" });
await settled(page);
await picture("graph-dark");
await page.setViewportSize({ width: 390, height: 900 });
await settled(page);
await check_narrow(page, "a narrow page");
await picture("graph-narrow");
await browser.close();
report({ page: basename(file), painted_ms });
