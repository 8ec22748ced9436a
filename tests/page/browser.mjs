// What all drivers of pages share: headless Chromium, a list of what is wrong, and the report of it.
// playwright-core is taken from the folder that PLAYWRIGHT names.
import { createRequire } from "node:module";

const { chromium } = createRequire(`${process.env.PLAYWRIGHT}/`)("playwright-core");

export const problems = [];
export const check = (what, good, saw = "") => { if (!good) problems.push(`${what}${saw === "" ? "" : `: ${saw}`}`); };

// A page in a browser of its own. What its console, its scripts and its requests do wrong is a problem: `may_ask` says
// of an address whether it may be asked for, `may_complain` of a message whether it may be an error.
export async function open({ width, height, timeout = 5000, may_ask, may_complain = () => false }) {
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
  const page = await browser.newPage({ viewport: { width, height } });
  page.setDefaultTimeout(timeout);
  page.on("console", (message) => { if (message.type() === "error" && !may_complain(message.text())) problems.push(`console: ${message.text()}`); });
  page.on("pageerror", (error) => problems.push(`error: ${error.message}`));
  page.on("request", (request) => { if (!may_ask(request.url())) problems.push(`asked elsewhere: ${request.url()}`); });
  return { browser, page };
}

// Of a page that needs no network.
export const is_local = (url) => /^(file|data|blob):/.test(url);

// When it has been drawn once; in milliseconds after it began.
export async function painted(page, timeout) {
  await page.waitForFunction(() => document.documentElement.dataset.painted !== undefined, undefined, { timeout });
  return Number(await page.evaluate(() => document.documentElement.dataset.painted));
}

// When what was asked for is on the screen.
export const settled = (page) => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));

export async function check_narrow(page, what) {
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  check(`${what} is not wider than its window`, width <= await page.evaluate(() => innerWidth), String(width));
}

// Ends the program: 0 if nothing was wrong.
export function report(about) {
  console.log(JSON.stringify({ ...about, problems }));
  process.exit(problems.length === 0 ? 0 : 1);
}
