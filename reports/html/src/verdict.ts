// A: what was asked, what came out, how to get it again.
import { el, symbols } from "./dom";
import type { Focus } from "./focus";
import type { Run } from "./run";

export function outcome(run: Run): string {
  if (run.verdict === "held") return run.asExpected ? "Every promise was kept." : `Every promise was kept, but ${run.expected} was expected.`;
  if (run.invalidBecause.length > 0) return `This run tested nothing: ${run.invalidBecause.join("; ")}.`;
  if (run.verdict === "violated") return run.asExpected ? "A promise was broken, as this scenario is meant to show." : "A promise was broken.";
  if (run.verdict === "weak") return "What was asked for is not kept, and this configuration does not promise it: a weaker promise is all it makes.";
  if (run.verdict === "assumption-broken") return "A promise was not kept, but it was made for a world that this run is not: what it assumes was broken.";
  if (run.verdict === "unknown") return "Not decided: the budget of a judge ended before it knew.";
  return `The verdict is: ${run.verdict}.`;
}

export function copyButton(text: string): HTMLElement {
  const button = el("button", { click: () => {
    // A browser may have no clipboard for files.
    void (navigator.clipboard?.writeText(text) ?? Promise.reject()).then(() => { button.textContent = "Copied"; }, () => { button.textContent = "Select and copy by hand"; });
  } }, "Copy");
  return button;
}

export function verdictBar(run: Run, focus: Focus): HTMLElement {
  // What was broken stands first.
  const order = [...run.claims].sort((a, b) => Number(a.verdict === "held") - Number(b.verdict === "held"));
  const claims = order.map((claim) => {
    const finding = claim.finding;
    return el("li", { class: `claim ${claim.verdict.replace(" ", "-")}` },
      el("span", { class: "verdict" }, `${symbols[claim.verdict] ?? "•"} ${claim.verdict}`),
      el("span", {}, ` ${claim.statement}`, claim.anomaly === "" ? null : el("b", {}, ` (${claim.anomaly})`)),
      el("small", { title: "The promise's number, and what must be true of the world for it to bind" }, ` ${claim.id} · ${claim.assumption}`),
      finding === null ? null : el("button", { click: () => focus.show(finding.event, finding.at) }, "Show the moment"));
  });
  const off = run.bugs.map((bug) => el("li", {}, el("b", {}, "Safeguard switched off: "), bug.removes, el("code", {}, ` ${bug.name}`)));
  return el("header", { id: "verdict", class: run.verdict },
    // A lesson has told its title and asked its question already.
    ...(run.lesson === undefined ? [el("h1", {}, run.title), el("p", { class: "question" }, run.question)] : []),
    el("p", { class: "outcome" }, `${symbols[run.verdict] ?? "•"} ${outcome(run)}`),
    el("ul", { class: "claims" }, ...claims),
    off.length === 0 ? null : el("ul", { class: "off" }, ...off),
    el("p", { class: "facts" }, run.recorded ? `A recorded history, judged as ${run.model} · ${run.window.operations.toLocaleString("en")} operations` :
      `${run.model}, profile ${run.profile} · seed ${run.seed} · fingerprint ${run.fingerprint} · ` +
      `${(run.end / 1e9).toLocaleString("en")} s of simulated time · ${run.events.toLocaleString("en")} events`),
    el("p", { class: "again" }, run.recorded ? "Judged again: " : "The same run again: ", el("code", {}, run.reproduce), " ", copyButton(run.reproduce)));
}
