// D: what each node believed at the scrubber's instant, and what changed there last.
import { el, panel, refill, scroller } from "./dom";
import type { Focus } from "./focus";
import { above, Kind, seconds, signed, type Run } from "./run";
import { rowText } from "./selected";

// State is rebuilt from a copy that is kept at every so many changes.
const stride = 4096;
type State = Map<string, number>;  // "node field": place of the change

export class States {
  private readonly copies: State[] = [];
  constructor(private readonly run: Run) {
    const state: State = new Map();
    for (let i = 0; i < run.changes.count; i++) {
      if (i % stride === 0) this.copies.push(new Map(state));
      this.apply(state, i);
    }
  }
  private apply(state: State, i: number): void {
    const { node, field } = this.run.changes;
    state.set(`${node[i]} ${field[i]}`, i);
  }
  at(instant: number): State {
    const end = above(this.run.changes.at, instant);
    const copy = Math.min(Math.floor(end / stride), this.copies.length - 1);
    const state: State = new Map(copy < 0 ? [] : this.copies[copy]);
    for (let i = Math.max(copy, 0) * stride; i < end; i++) this.apply(state, i);
    return state;
  }
}

// Up, down or paused at an instant, from the landmarks.
function lifeAt(run: Run, node: number, instant: number): string {
  let life = "up";
  for (const landmark of run.landmarks) {
    if (landmark.at > instant) break;
    if (landmark.node !== node) continue;
    if (landmark.what === "crashed") life = "down";
    if (landmark.what === "paused") life = "paused";
    if (landmark.what === "started" || landmark.what === "resumed") life = "up";
  }
  return life;
}

// What another run's nodes believe, by the names of node and field.
function believedIn(other: Run): (instant: number) => (node: string, field: string) => string | undefined {
  const states = new States(other);
  const nodes = new Map(other.nodes.map((node, i) => [node.name, i]));
  const fields = new Map([...new Set(Array.from(other.changes.field))].map((field) => [other.texts[field], field]));
  return (instant) => {
    const state = states.at(instant);
    return (node, field) => {
      const i = state.get(`${nodes.get(node)} ${fields.get(field)}`);
      return i === undefined ? undefined : other.texts[other.changes.value[i]];
    };
  };
}

// How many messages were on their way to a node at an instant.
class Queues {
  private readonly sent: Float64Array[];
  private readonly gone: Float64Array[];
  constructor({ rows, nodes }: Run) {
    const sent: number[][] = nodes.map(() => []);
    const gone: number[][] = nodes.map(() => []);
    for (let i = 0; i < rows.count; i++) {
      if (rows.kind[i] !== Kind.message || nodes[rows.to[i]] === undefined) continue;
      sent[rows.to[i]].push(rows.began[i]);
      gone[rows.to[i]].push(rows.ended[i]);
    }
    this.sent = sent.map((all) => Float64Array.from(all).sort());
    this.gone = gone.map((all) => Float64Array.from(all).sort());
  }
  at(node: number, instant: number): number { return above(this.sent[node], instant) - above(this.gone[node], instant); }
}

// A clock at an instant, in words; empty while nothing is known to be wrong with it.
function clockText(run: Run, node: number, instant: number): string {
  const clock = run.clocks[node];
  const place = above(clock.at, instant) - 1;
  if (place < 0) return "";
  const error = clock.error[place];
  return Math.abs(error) < 1e6 ? "right within 1 ms" : `off by ${signed(error)}`;
}

// Who wrote a value: the event after which it was there, and what was there before.
function writerText(run: Run, i: number): string {
  const { changes, texts, nodes } = run;
  const row = run.rowOf.get(changes.number[i]);
  let before: string | null = null;
  for (let k = i - 1; k >= 0 && before === null; k--)
    if (changes.node[k] === changes.node[i] && changes.field[k] === changes.field[i]) before = texts[changes.value[k]];
  const what = `${nodes[changes.node[i]].name}: ${texts[changes.field[i]].replaceAll("_", " ")} became ${texts[changes.value[i]]} at ${seconds(changes.at[i], 6)}`;
  const event = changes.number[i] === 0 ? "when it started" : row === undefined ? `in event ${changes.number[i]}` : `in event ${changes.number[i]}, ${rowText(run, row)}`;
  return `${what}, ${event}${before === null ? "" : `; it had been ${before}`}.`;
}

interface Cell { node: number; field: number }

class StatePanel {
  private readonly states: States;
  private readonly queues: Queues;
  private readonly theirs: ((instant: number) => (node: string, field: string) => string | undefined) | null;
  private readonly heading = el("p", { class: "hint" });
  private readonly writer = el("p", { class: "writer", "aria-live": "polite" });
  private readonly table: HTMLElement;
  private readonly nodes: number[];
  private readonly fields: number[];
  private asked: Cell | null = null;  // of which cell the writer is told

  constructor(private readonly run: Run, private readonly focus: Focus, private readonly beside: { name: string; other: Run } | null) {
    this.states = new States(run);
    this.queues = new Queues(run);
    this.theirs = beside === null ? null : believedIn(beside.other);
    const seen = new Set(Array.from(run.changes.node));
    this.nodes = run.nodes.map((_, i) => i).filter((node) => seen.has(node));
    this.fields = [...new Set(Array.from(run.changes.field))];
    this.table = scroller("What each node believed");
    focus.listen(() => this.update());
    this.update();
  }
  panel(): HTMLElement {
    const parts = [this.heading, this.table, this.writer];
    return this.beside === null ? panel("state", "What each node believed", "", ...parts) :
      panel(`state-${this.beside.name}`, `What each node believed in ${this.beside.name}`, "", ...parts);
  }

  private update(): void {
    const { run, focus, nodes, beside } = this;
    this.heading.textContent = nodes.length === 0 ? "The processes of this system do not say what they believe." :
      `At ${seconds(focus.at, 6)}. Outlined and marked • is what changed at the last event before this instant${beside === null ? "" : "; marked ≠ is what differs from the other run"}. Choose a value to see who wrote it.`;
    if (nodes.length === 0) return;
    const state = this.states.at(focus.at);
    const theirs = this.theirs === null ? null : this.theirs(focus.at);
    const last = above(run.changes.at, focus.at) - 1;
    const plain = (title: string, text: (node: number) => string, className: (node: number) => string = () => "") =>
      el("tr", {}, el("th", { scope: "row" }, title), ...nodes.map((node) => el("td", { class: className(node) }, text(node))));
    const life = (node: number) => lifeAt(run, node, focus.at);
    const hasClocks = nodes.some((node) => run.clocks[node].at.length > 0);
    refill(this.table, el("table", {},
      el("thead", {}, el("tr", {}, el("th", {}, ""), ...nodes.map((node) => el("th", { scope: "col" }, run.nodes[node].name)))),
      el("tbody", {}, plain("is", life, life), ...this.fields.map((field) => this.row(field, state, last, theirs)),
        hasClocks ? plain("clock", (node) => clockText(run, node, focus.at)) : null,
        plain("messages on their way to it", (node) => String(this.queues.at(node, focus.at))))));
    const asked = this.asked === null ? undefined : state.get(`${this.asked.node} ${this.asked.field}`);
    this.tell(asked ?? (last < 0 ? undefined : last));
  }
  private row(field: number, state: State, last: number, theirs: ((node: string, field: string) => string | undefined) | null): HTMLElement {
    const { run, focus } = this;
    const { changes, texts } = run;
    const cell = (node: number) => {
      const i = state.get(`${node} ${field}`);
      if (i === undefined) return el("td", {}, "");
      const fresh = last >= 0 && changes.number[i] === changes.number[last] && changes.at[i] === changes.at[last];
      const value = texts[changes.value[i]];
      const differs = theirs !== null && theirs(run.nodes[node].name, texts[field]) !== value;
      const ask = () => { this.asked = { node, field }; this.tell(i); };
      return el("td", { class: `${fresh ? "changed" : ""}${differs ? " differs" : ""}`, title: `since ${seconds(changes.at[i], 6)}, event ${changes.number[i]}` },
        el("button", { class: "plain", "data-key": `${node} ${field}`, focus: ask, click: () => { ask(); focus.show(changes.number[i], changes.at[i]); } },
          `${fresh ? "• " : ""}${differs ? "≠ " : ""}${value}`));
    };
    return el("tr", {}, el("th", { scope: "row" }, texts[field].replaceAll("_", " ")), ...this.nodes.map(cell));
  }
  private tell(i: number | undefined): void {
    const text = i === undefined ? "" : `${this.asked === null ? "Last written" : "Written"} – ${writerText(this.run, i)}`;
    if (this.writer.textContent !== text) this.writer.textContent = text;
  }
}

// `beside`: another run, and what this one is called next to it; what differs is marked.
export function nodeStates(run: Run, focus: Focus, beside: { name: string; other: Run } | null = null): HTMLElement {
  return new StatePanel(run, focus, beside).panel();
}
