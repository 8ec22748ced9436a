// The page of two runs: both on one time axis, the first difference marked, and how the difference spreads.
import { Diagram, type Filter } from "./diagram";
import { commonRows, spread, type Reached } from "./difference";
import { el, panel, scroller, symbols } from "./dom";
import { Focus } from "./focus";
import { keyList, listenTo, type Key } from "./keys";
import { comparedMetrics } from "./metrics";
import { nodeStates } from "./nodes";
import { seconds, type Comparison, type Fault, type Parting, type Run } from "./run";
import { rowText, selectedEvent } from "./selected";
import { copyButton, outcome } from "./verdict";

function head({ parting, runs }: Comparison): HTMLElement {
  const one = (run: Run, name: string) => el("div", { class: `side ${run.verdict}` }, el("h2", {}, `${name}: ${run.title}`),
    el("p", { class: "outcome" }, `${symbols[run.verdict] ?? "•"} ${outcome(run)}`),
    el("p", { class: "facts" }, `${run.model}, profile ${run.profile} · seed ${run.seed} · ` +
      (run.bugs.length === 0 ? "every safeguard on" : `without: ${run.bugs.map((bug) => `${bug.removes} (${bug.name})`).join("; ")}`)),
    el("p", { class: "again" }, el("code", {}, run.reproduce), " ", copyButton(run.reproduce)));
  return el("header", { id: "comparison" }, el("h1", {}, "Two runs on one time axis"),
    el("div", { class: "columns" }, ...runs.map((run, k) => one(run, parting.names[k]))));
}

// One page's clock: the instant is the same in both, the selected event is each run's own.
function together(a: Focus, b: Focus): void {
  let following = false;
  const follow = (from: Focus, to: Focus) => from.listen(() => {
    if (following || from.at === to.at) return;
    following = true;
    to.row = null;
    to.moveTo(from.at);
    following = false;
  });
  follow(a, b);
  follow(b, a);
}

function record(text: string): HTMLElement {
  return text === "" ? el("span", {}, "the end of the run") : el("code", {}, text);
}

function partingPanel(parting: Parting, reached: Reached[], runs: [Run, Run], go: (at: number) => void): HTMLElement {
  if (!parting.differs) return panel("parting", "Where they part", "", el("p", { class: "summary" }, "They are the same run, event for event."));
  const what = (run: Run, row: number | null) => el("td", {}, row === null ? "–" : rowText(run, row));
  return panel("parting", "Where they part", "Click a time to see it in both. Press d for the next place, D for the one before.",
    el("p", { class: "summary" }, `They are the same for ${parting.same.toLocaleString("en")} records, and part at `,
      el("button", { class: "link", click: () => go(parting.at) }, seconds(parting.at, 6)), "."),
    el("dl", { class: "records" }, el("dt", {}, parting.names[0]), el("dd", {}, record(parting.left)), el("dt", {}, parting.names[1]), el("dd", {}, record(parting.right))),
    el("h3", {}, "When the difference reached each node"),
    scroller("When the difference reached each node", el("table", {}, el("thead", {}, el("tr", {}, ...["node", "at", `first in ${parting.names[0]} alone`, `first in ${parting.names[1]} alone`].map((title) => el("th", { scope: "col" }, title)))),
      el("tbody", {}, ...reached.map((each) => el("tr", {}, el("th", { scope: "row" }, each.node),
        el("td", {}, el("button", { class: "link", click: () => go(each.at) }, seconds(each.at, 6))),
        what(runs[0], each.rows[0]), what(runs[1], each.rows[1])))))));
}

function table({ parting }: Comparison): HTMLElement {
  return panel("rows", "Side by side", "Marked ≠ is what differs.", scroller("Side by side", el("table", {},
    el("thead", {}, el("tr", {}, ...["", "", ...parting.names].map((title) => el("th", { scope: "col" }, title)))),
    el("tbody", {}, ...parting.rows.map(([label, left, right]) => el("tr", { class: left === right ? "same" : "differs" },
      el("td", {}, left === right ? "" : "≠"), el("th", { scope: "row" }, label), el("td", {}, left), el("td", {}, right)))))));
}

// Faults of both, those of the same time and kind once.
function faultsOf(runs: [Run, Run]): Fault[] {
  const all = new Map<string, Fault>();
  for (const fault of runs.flatMap((run) => run.faults)) all.set(`${fault.began} ${fault.ended} ${fault.what}`, fault);
  return [...all.values()];
}

function notices({ parting, runs }: Comparison): HTMLElement[] {
  return runs.flatMap((run, k) => run.window.whole ? [] : [el("p", { class: "notice" },
    `${parting.names[k]} is too long for the page: of its messages and operations only ${seconds(run.window.from)} to ${seconds(run.window.to)} is shown.`)]);
}

export function buildComparison(comparison: Comparison, app: HTMLElement): void {
  const { parting, runs } = comparison;
  document.title = `${runs[0].title} and ${runs[1].title} – Lightcone`;
  const window = { from: Math.min(...runs.map((run) => run.window.from)), to: Math.max(...runs.map((run) => run.window.to)) };
  const common = commonRows(runs);
  const reached = parting.differs ? spread(runs, common, Math.max(...runs.map((run) => run.window.from))) : [];
  const notes = parting.differs ? [{ at: parting.at, text: "≠ first difference" }] : [];
  const focuses = runs.map((run) => new Focus(run, window)) as [Focus, Focus];
  together(...focuses);
  const filters = runs.map((run): Filter => ({ nodes: new Set(run.nodes.map((_, i) => i)), type: "", onlyCone: false, operations: "all" }));
  const shades: [Uint8Array, Uint8Array] = [common[0].slice(), common[1].slice()];
  const diagrams: Diagram[] = runs.map((run, k) => new Diagram(run, focuses[k], filters[k], {
    window, common: shades[k], notes, viewed: (from, to) => diagrams[1 - k]?.show(from, to - from),
  }));
  diagrams.forEach((diagram, k) => {
    diagram.canvas.style.height = `${Math.min(80 + runs[k].nodes.length * 40, 440)}px`;
    diagram.canvas.setAttribute("aria-label", `Space-time diagram of ${parting.names[k]}. Arrow keys move, plus and minus zoom; the panels below say the same in words.`);
  });
  const go = (at: number) => { focuses[0].row = focuses[1].row = null; focuses[0].moveTo(at); };
  const places = [...new Set([...(parting.differs ? [parting.at] : []), ...reached.map((each) => each.at)])].sort((a, b) => a - b);
  const step = (forward: boolean) => {
    const at = focuses[0].at;
    const next = forward ? places.find((place) => place > at) : places.filter((place) => place < at).pop();
    if (next !== undefined) go(next);
  };
  const pan = (share: number) => go(focuses[0].at + share * (diagrams[0].to - diagrams[0].from));
  const keys: Key[] = [["d", "next difference", () => step(true)], ["D", "previous difference", () => step(false)],
    ["+", "zoom in", () => diagrams[0].zoom(0.5)], ["-", "zoom out", () => diagrams[0].zoom(2)],
    ["0", "show all", () => diagrams[0].show(window.from, window.to - window.from)],
    ["Escape", "clear the selection", () => focuses.forEach((focus) => focus.select(null))],
    ["ArrowRight", "move on", () => pan(0.02)], ["ArrowLeft", "move back", () => pan(-0.02)]];
  listenTo(keys);
  const fade = el("input", { type: "checkbox", checked: true, change: () => {
    shades.forEach((shade, k) => { if (fade.checked) shade.set(common[k]); else shade.fill(0); diagrams[k].redraw(); });
  } });
  const clock = el("output", { class: "clock" });
  const update = () => { clock.textContent = seconds(focuses[0].at, 6); };
  focuses[0].listen(update);
  const button = (key: string, text: string) => {
    const [, meaning, act] = keys.find(([each]) => each === key)!;
    return el("button", { title: `${meaning} (key ${key})`, click: act }, text);
  };
  const controls = el("div", { class: "controls" }, clock,
    parting.differs ? el("button", { click: () => go(parting.at) }, "≠ first difference") : null, button("D", "≠◀ previous"), button("d", "next ▶≠"),
    button("+", "+"), button("-", "−"), button("0", "all"), el("label", {}, fade, " fade what is the same in both"));
  const drawing = panel("diagrams", "What happened in both", "Both show the same span of time. Drag to move, turn the wheel to zoom, click an arrow to see all that could have caused it.",
    controls, ...runs.flatMap((_, k) => [el("h3", {}, parting.names[k]), diagrams[k].canvas]), keyList(keys));
  const axis: Run = { ...runs[0], window: { ...runs[0].window, ...window }, faults: faultsOf(runs) };
  app.replaceChildren(head(comparison), ...notices(comparison), el("main", {}, partingPanel(parting, reached, runs, go), drawing,
    el("div", { class: "columns" }, ...runs.map((run, k) => el("div", {}, nodeStates(run, focuses[k], { name: parting.names[k], other: runs[1 - k] }),
      selectedEvent(run, focuses[k], parting.names[k])))),
    table(comparison), comparedMetrics(axis, runs, parting.names, focuses[0]),
    panel("scenarios", "The scenarios, as they ran", "", ...runs.map((run, k) => el("details", {}, el("summary", {}, `${parting.names[k]}: ${run.file}`), el("pre", {}, run.scenario))))));
  const at = parting.differs ? parting.at : runs[0].faults[0]?.began ?? window.from;
  const shown = Math.min(window.to - window.from, 1.2e9);
  diagrams[0].show(at - shown / 3, shown);
  go(at);
  update();
}
