// E: what clients asked and were told, around the instant; those that a verdict speaks of stand out.
import { cycleGraph } from "./cycle";
import { el, panel, refill, scroller, symbols } from "./dom";
import { operationText } from "./explanation";
import type { Focus } from "./focus";
import { lanes } from "./lanes";
import { above, duration, seconds, type Run } from "./run";

const shown = 30;

export function operations(run: Run, focus: Focus): HTMLElement {
  const contradicting = new Set(run.claims.flatMap((claim) => claim.verdict === "held" ? [] : claim.operations));
  const invoked = run.operations.map((operation) => operation.invoke);
  const body = el("tbody");
  const only = el("select", { change: () => update(), "aria-label": "Which client" }, el("option", { value: "" }, "all clients"),
    ...[...new Set(run.operations.map((operation) => operation.process))].sort((a, b) => a - b).map((process) =>
      el("option", { value: String(process) }, run.nodes[process]?.name ?? `process ${process}`)));
  const contradictions = el("input", { type: "checkbox", id: "contradictions", change: () => update() });
  const note = el("p", { class: "hint" });
  const saysWho = run.operations.some((operation) => operation.node !== "");
  function update(): void {
    const place = above(invoked, focus.at);
    const wanted = run.operations.map((operation, i) => ({ operation, i })).filter(({ operation }) =>
      (only.value === "" || operation.process === Number(only.value)) && (!contradictions.checked || contradicting.has(operation.position)));
    const middle = wanted.findIndex(({ i }) => i >= place);
    const first = Math.max(0, Math.min((middle < 0 ? wanted.length : middle) - shown / 2, wanted.length - shown));
    note.textContent = `${wanted.length.toLocaleString("en")} operations; ${Math.min(shown, wanted.length)} around ${seconds(focus.at)} are listed.`;
    refill(body, ...wanted.slice(first, first + shown).map(({ operation }) => {
      const open = operation.invoke <= focus.at && focus.at < (operation.complete ?? run.end);
      const bad = contradicting.has(operation.position);
      return el("tr", { class: `${operation.outcome}${bad ? " contradicts" : ""}${open ? " open" : ""}` },
        el("td", {}, el("button", { class: "link", "data-key": String(operation.position), "aria-pressed": String(focus.operation === operation),
          title: "Select it: its messages stand out in the diagram", click: () => focus.selectOperation(operation) }, `${focus.operation === operation ? "▸ " : ""}${seconds(operation.invoke)}`)),
        el("td", {}, operation.complete === null ? "–" : duration(operation.complete - operation.invoke)),
        el("td", {}, symbols[operation.outcome]),
        el("td", {}, `${bad ? "⚠ contradicts: " : ""}${operationText(run, operation)}`),
        saysWho ? el("td", {}, operation.node) : null);
    }));
  }
  focus.listen(update);
  update();
  return panel("operations", "What clients asked and were told", "✓ answered · ✗ refused: not done · ? unknown: done or not, now or later. Bold: under way at this instant. Choose a time to select the operation (▸) and see its messages above.",
    cycleGraph(run, focus), lanes(run, focus),
    el("div", { class: "controls" }, only, el("label", { for: "contradictions" }, contradictions, ` only what contradicts a promise (${contradicting.size})`)),
    note, scroller("Operations", el("table", {}, el("thead", {}, el("tr", {},
      ...["asked at", "took", "", "what", ...(saysWho ? ["answered by"] : [])].map((title) => el("th", { scope: "col" }, title)))), body)));
}
