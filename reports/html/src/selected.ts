// The selected event: what it is, and the events that led to it.
import { coneOf, coneOfOperation } from "./cone";
import { el, panel, refill } from "./dom";
import { operationText } from "./explanation";
import type { Focus } from "./focus";
import { duration, Fate, Kind, seconds, type Run } from "./run";

export function rowText(run: Run, i: number): string {
  const { rows, texts, nodes } = run;
  const from = nodes[rows.from[i]]?.name ?? "?";
  const to = nodes[rows.to[i]]?.name ?? "?";
  const type = texts[rows.type[i]];
  if (rows.kind[i] === Kind.timer) return `${to}: timer ${type}`;
  if (rows.kind[i] === Kind.synced) return `${to}: its disk has synced (${type})`;
  if (rows.kind[i] === Kind.woken) return `${to}: goes on`;
  const took = duration(rows.ended[i] - rows.began[i]);
  const why = texts[rows.why[i]];
  switch (rows.fate[i]) {
    case Fate.lost: return `${from} → ${to}: ${type}, lost${why === "" ? "" : ` (${why})`}`;
    case Fate.underWay: return `${from} → ${to}: ${type}, still under way at the end`;
    case Fate.duplicate: return `${from} → ${to}: ${type}, a second copy, under way for ${took}`;
    default: return `${from} → ${to}: ${type}, under way for ${took}${rows.ended[i] - rows.began[i] > run.slow ? ": held up" : ""}`;
  }
}

// Events, each of which caused the next; the last dozen.
function chainList(run: Run, focus: Focus, chain: number[], title: string): HTMLElement {
  return el("div", {}, el("h3", {}, `${title} (${chain.length})`),
    el("ol", { class: "chain" }, ...chain.slice(0, 12).reverse().map((i) =>
      el("li", {}, el("button", { class: "link", "data-key": `row ${i}`, click: () => focus.select(i) }, seconds(run.rows.began[i], 6)), ` ${rowText(run, i)}`))),
    chain.length > 12 ? el("p", { class: "hint" }, `The last 12 of ${chain.length} are listed; the diagram shows all.`) : null);
}

// `name`: of the run, beside another.
export function selectedEvent(run: Run, focus: Focus, name = ""): HTMLElement {
  const body = el("div", { "aria-live": "polite" });
  const clear = () => el("button", { "data-key": "clear", click: () => focus.select(null) }, "Clear the selection");
  const nothing = `Nothing is selected. Click an arrow in the diagram${name === "" ? ", or press n for the next event" : ""}. ` +
    "Its light cone is then shaded: everything that could have caused it, and what it could have caused.";
  let shown: unknown = undefined;
  const update = () => {
    const { row, operation } = focus;
    const selected = row ?? operation;
    if (selected === shown) return;
    shown = selected;
    if (operation !== null) {
      const chain = [...coneOfOperation(run, operation).chain];
      refill(body, el("p", {}, el("b", {}, operationText(run, operation)), ` · asked ${seconds(operation.invoke, 6)}${operation.complete === null ? "" : `, took ${duration(operation.complete - operation.invoke)}`}`),
        chain.length === 0 ? el("p", { class: "hint" }, "No event of this page gave the client an answer.") : chainList(run, focus, chain, "From the question to the answer, each caused the next"),
        el("p", { class: "hint" }, "Shaded in the diagram is all that it could have touched and that could have mattered for its answer."), clear());
      return;
    }
    if (row === null) { refill(body, el("p", { class: "hint" }, nothing)); return; }
    const fields = run.rows.fields === null ? null : run.texts[run.rows.fields[row]];
    refill(body,
      el("p", {}, el("b", {}, rowText(run, row)), ` · sent ${seconds(run.rows.began[row], 6)}, event ${run.rows.number[row]}`),
      fields === null || fields === "" ? null : el("p", { class: "fields" }, el("code", {}, fields)),
      chainList(run, focus, [...coneOf(run, row).chain], "Each caused the next"), clear());
  };
  focus.listen(update);
  update();
  return name === "" ? panel("selected", "What is selected", "", body) :
    panel(`selected-${name}`, `What is selected of ${name}`, "", body);
}
