// The selected event: what it is, and the events that led to it.
import { coneOf } from "./cone";
import { el, panel } from "./dom";
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

// `name`: of the run, beside another.
export function selectedEvent(run: Run, focus: Focus, name = ""): HTMLElement {
  const body = el("div", { "aria-live": "polite" });
  const update = () => {
    const { row } = focus;
    if (row === null) {
      body.replaceChildren(el("p", { class: "hint" }, `Nothing is selected. Click an arrow in the diagram${name === "" ? ", or press n for the next event" : ""}. ` +
        "Its light cone is then shaded: everything that could have caused it, and what it could have caused."));
      return;
    }
    const chain = [...coneOf(run, row).chain];
    const fields = run.rows.fields === null ? null : run.texts[run.rows.fields[row]];
    body.replaceChildren(
      el("p", {}, el("b", {}, rowText(run, row)), ` · sent ${seconds(run.rows.began[row], 6)}, event ${run.rows.number[row]}`),
      fields === null || fields === "" ? "" : el("p", { class: "fields" }, el("code", {}, fields)),
      el("h3", {}, `Each caused the next (${chain.length})`),
      el("ol", { class: "chain" }, ...chain.slice(0, 12).reverse().map((i) =>
        el("li", {}, el("button", { class: "link", click: () => focus.select(i) }, seconds(run.rows.began[i], 6)), ` ${rowText(run, i)}`))),
      chain.length > 12 ? el("p", { class: "hint" }, `The last 12 of ${chain.length} are listed; the diagram shows all.`) : "",
      el("button", { click: () => focus.select(null) }, "Clear the selection"));
  };
  focus.listen(update);
  update();
  return name === "" ? panel("selected", "The selected event", "", body) :
    panel(`selected-${name}`, `The selected event of ${name}`, "", body);
}
