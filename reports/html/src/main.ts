// The page: reads the run, puts the panels together.
import { buildComparison } from "./compare";
import { Diagram, type Filter } from "./diagram";
import { el, panel, unfoldForPrint } from "./dom";
import { explanation } from "./explanation";
import { Focus } from "./focus";
import { lessonPanel } from "./lesson";
import { metrics } from "./metrics";
import { nodeStates } from "./nodes";
import { operations } from "./operations";
import { Kind, read, seconds, type Run } from "./run";
import { scenarioPanel } from "./scenario";
import { scrubber } from "./scrubber";
import { selectedEvent } from "./selected";
import { verdictBar } from "./verdict";

function filters(run: Run, filter: Filter, redraw: () => void): HTMLElement {
  const types = new Set<string>();
  for (let i = 0; i < run.rows.count; i++) if (run.rows.kind[i] === Kind.message) types.add(run.texts[run.rows.type[i]]);
  const type = el("select", { "aria-label": "Which messages", change: () => { filter.type = type.value; redraw(); } },
    el("option", { value: "" }, "all messages"), ...[...types].sort().map((each) => el("option", { value: each }, each)));
  const box = (text: string, checked: boolean, change: (on: boolean) => void) => {
    const input = el("input", { type: "checkbox", checked, change: () => { change(input.checked); redraw(); } });
    return el("label", {}, input, ` ${text}`);
  };
  const names = [...new Set(run.operations.map((operation) => operation.f))].sort();
  const operations = el("select", { "aria-label": "Which operations", change: () => {
    filter.operations = operations.value === "" ? "all" : operations.value === "none" ? "none" : { f: operations.value.slice(2) };
    redraw();
  } }, el("option", { value: "" }, "all operations"), el("option", { value: "none" }, "no operations"), ...names.map((f) => el("option", { value: `f ${f}` }, `only ${f}`)));
  return el("div", { class: "controls" }, type, operations,
    ...run.nodes.map((node, i) => box(node.name, true, (on) => { if (on) filter.nodes.add(i); else filter.nodes.delete(i); })),
    box("only the light cone", false, (on) => { filter.onlyCone = on; }));
}

function legend(): HTMLElement {
  const line = (className: string, text: string) => el("li", {}, el("i", { class: className }), ` ${text}`);
  return el("ul", { class: "legend" }, line("usual", "message"), line("lost", "lost ✗"), line("held", "held up"), line("duplicate", "second copy"),
    line("span", "operation"), line("span open", "not answered, or refused"), line("span named", "contradicts a promise"),
    line("down", "node down"), line("paused", "node paused"), line("skewed", "clock that is off"), line("mark", "something worth noticing"), line("cone", "light cone of what is selected"),
    line("shade", "a fault, while it lasts"));
}

function windowNotice(run: Run): HTMLElement | null {
  const { window } = run;
  if (window.whole) return window.fields ? null : el("p", { class: "notice" }, "This run has so many messages that the page leaves out their fields; `--trace` writes them all.");
  return el("p", { class: "notice" }, `The run has ${window.rows.toLocaleString("en")} messages and steps and ${window.operations.toLocaleString("en")} operations, too many for one page: ` +
    `only ${seconds(window.from)} to ${seconds(window.to)} is shown, around what matters. Faults, marks and verdicts are of the whole run; a trace (--trace) holds everything${window.fields ? "" : ", the fields of messages too"}.`);
}

// A lesson shows nothing of the run before there is a prediction.
function ask(run: Run): void {
  document.title = `${run.title} – Lightcone`;
  const app = document.getElementById("app")!;
  const rest = el("div", { class: "rest" });
  const lesson = lessonPanel(run.lesson!, () => build(run, rest));
  app.replaceChildren(el("h1", { class: "lesson-title" }, run.title), lesson.panel, rest);
  lesson.predicted();
}

function build(run: Run, app: HTMLElement): void {
  document.title = `${run.title} – Lightcone`;
  const focus = new Focus(run);
  const filter: Filter = { nodes: new Set(run.nodes.map((_, i) => i)), type: "", onlyCone: false, operations: "all" };
  const diagram = new Diagram(run, focus, filter);
  const drawing = panel("diagram", "What happened",
    run.recorded ? "Time goes to the right, each client has a lane, boxes are operations. Messages were not recorded. Drag to move, turn the wheel to zoom." :
      "Time goes to the right, each node has a lane, arrows are messages. Drag to move, turn the wheel to zoom, click an arrow to see all that could have caused it, or an operation to see its messages.",
    filters(run, filter, () => diagram.redraw()), diagram.canvas, scrubber(run, focus, diagram), legend());
  diagram.canvas.style.height = `${Math.min(90 + run.nodes.length * 62, 640)}px`;
  unfoldForPrint(app);
  app.replaceChildren(verdictBar(run, focus), windowNotice(run) ?? "", el("main", {}, drawing,
    el("div", { class: "columns" }, explanation(run, focus), el("div", {}, run.recorded ? "" : nodeStates(run, focus), selectedEvent(run, focus))),
    operations(run, focus), metrics(run, focus), run.recorded ? "" : scenarioPanel(run)));
  begin(run, focus, diagram);
}

// First shows what matters: the moment that a violation was seen, else the first fault.
function begin(run: Run, focus: Focus, diagram: Diagram): void {
  const claim = run.claims.find((each) => each.explained);
  const operation = run.operationAt.get(claim?.operations[0] ?? -1);
  const at = claim?.finding?.at ?? operation?.invoke ?? run.faults[0]?.began ?? run.window.from;
  const shown = Math.min(run.window.to - run.window.from, Math.max(1.2e9, (at - (run.faults[0]?.began ?? at)) * 1.5));
  diagram.show(at - shown * 0.75, shown);
  if (claim?.finding) focus.show(claim.finding.event, at);
  else focus.moveTo(at);
}

async function start(): Promise<void> {
  const app = document.getElementById("app")!;
  try {
    const run = await read(document.getElementById("run")!.textContent!.trim());
    if ("parting" in run) buildComparison(run, app);
    else if (run.lesson === undefined) build(run, app);
    else ask(run);
    requestAnimationFrame(() => requestAnimationFrame(() => { document.documentElement.dataset.painted = String(Math.round(performance.now())); }));
  } catch (problem) {
    app.replaceChildren(el("p", { class: "notice" }, `The run cannot be shown: ${problem instanceof Error ? problem.message : String(problem)}`));
    throw problem;
  }
}
void start();
