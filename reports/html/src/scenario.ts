// H: the scenario as it ran; of one that was cut down also what it was, with what did not matter greyed.
import { el, panel } from "./dom";
import type { Run } from "./run";

type Line = { text: string; kind: "kept" | "dropped" | "new" };

// The longest common subsequence of lines decides what was kept; of texts too long for that, whether a line is
// anywhere in the other.
export function compared(before: string[], after: string[]): Line[] {
  if (before.length * after.length > 20_000_000) {
    const left = new Set(after);
    return before.map((text) => ({ text, kind: left.has(text) ? "kept" : "dropped" }));
  }
  const width = after.length + 1;
  const longest = new Uint32Array((before.length + 1) * width);  // from here on
  for (let i = before.length - 1; i >= 0; i--)
    for (let j = after.length - 1; j >= 0; j--)
      longest[i * width + j] = before[i] === after[j] ? longest[(i + 1) * width + j + 1] + 1 : Math.max(longest[(i + 1) * width + j], longest[i * width + j + 1]);
  const lines: Line[] = [];
  let [i, j] = [0, 0];
  while (i < before.length || j < after.length) {
    if (i < before.length && j < after.length && before[i] === after[j]) { lines.push({ text: before[i++], kind: "kept" }); j++; }
    else if (i < before.length && (j === after.length || longest[(i + 1) * width + j] >= longest[i * width + j + 1])) lines.push({ text: before[i++], kind: "dropped" });
    else lines.push({ text: after[j++], kind: "new" });
  }
  return lines;
}

const signs = { kept: "  ", dropped: "− ", new: "+ " };
const folded = 12;  // dropped lines in a row, from which on they are folded away

function shown(lines: Line[]): Element[] {
  const out: Element[] = [];
  const one = ({ text, kind }: Line) => el(kind === "dropped" ? "del" : kind === "new" ? "ins" : "span", { class: kind }, `${signs[kind]}${text}\n`);
  for (let i = 0; i < lines.length;) {
    let end = i + 1;
    while (end < lines.length && lines[end].kind === lines[i].kind) end++;
    const run = lines.slice(i, end);
    if (run[0].kind === "dropped" && run.length >= folded)
      out.push(el("details", {}, el("summary", {}, `− ${run.length.toLocaleString("en")} lines that are gone`), ...run.map(one)));
    else out.push(...run.map(one));
    i = end;
  }
  return out;
}

export function scenarioPanel(run: Run): HTMLElement {
  const own = el("details", {}, el("summary", {}, run.file === "" ? "Scenario" : run.file), el("pre", {}, run.scenario));
  if (run.before === "") return panel("scenario", "The scenario, as it ran", "", own);
  const lines = compared(run.before.split("\n"), run.scenario.split("\n"));
  const count = (kind: Line["kind"]) => lines.filter((line) => line.kind === kind).length.toLocaleString("en");
  return panel("scenario", "The scenario, and what did not matter", "Greyed (−) is what it does not need to fail in the same way; + stands in the place of something larger.",
    el("p", { class: "summary" }, `${count("kept")} lines are as they were, ${count("dropped")} are gone, ${count("new")} are simpler than before.`),
    el("div", { class: "cut", tabindex: "0", role: "region", "aria-label": "The scenario before it was cut down" }, ...shown(lines)), own);
}
