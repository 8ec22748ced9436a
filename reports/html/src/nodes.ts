// D: what each node believed at the scrubber's instant, and what changed there last.
import { el, panel } from "./dom";
import type { Focus } from "./focus";
import { above, seconds, type Run } from "./run";

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

// `beside`: another run, and what this one is called next to it; what differs is marked.
export function nodeStates(run: Run, focus: Focus, beside: { name: string; other: Run } | null = null): HTMLElement {
  const states = new States(run);
  const others = beside === null ? null : believedIn(beside.other);
  const { changes, texts } = run;
  const table = el("div", { class: "scroll" });
  const heading = el("p", { class: "hint", "aria-live": "polite" });
  const seen = new Set<number>();
  for (let i = 0; i < changes.count; i++) seen.add(changes.node[i]);
  const nodes = run.nodes.map((_, i) => i).filter((node) => seen.has(node));
  const fields = [...new Set(Array.from(changes.field))];

  const update = () => {
    const state = states.at(focus.at);
    const theirs = others === null ? null : others(focus.at);
    heading.textContent = nodes.length === 0 ? "The processes of this system do not say what they believe." :
      `At ${seconds(focus.at, 6)}. Outlined and marked • is what changed at the last event before this instant${beside === null ? "" : "; marked ≠ is what differs from the other run"}.`;
    const last = above(changes.at, focus.at) - 1;
    const cell = (node: number, field: number) => {
      const i = state.get(`${node} ${field}`);
      if (i === undefined) return el("td", {}, "");
      const fresh = last >= 0 && changes.number[i] === changes.number[last] && changes.at[i] === changes.at[last];
      const value = texts[changes.value[i]];
      const differs = theirs !== null && theirs(run.nodes[node].name, texts[field]) !== value;
      return el("td", { class: `${fresh ? "changed" : ""}${differs ? " differs" : ""}`, title: `since ${seconds(changes.at[i], 6)}, event ${changes.number[i]}` },
        el("button", { class: "plain", click: () => focus.show(changes.number[i], changes.at[i]) }, `${fresh ? "• " : ""}${differs ? "≠ " : ""}${value}`));
    };
    const row = (field: number) => el("tr", {}, el("th", { scope: "row" }, texts[field].replaceAll("_", " ")), ...nodes.map((node) => cell(node, field)));
    table.replaceChildren(nodes.length === 0 ? "" : el("table", {},
      el("thead", {}, el("tr", {}, el("th", {}, ""), ...nodes.map((node) => el("th", { scope: "col" }, run.nodes[node].name)))),
      el("tbody", {}, el("tr", {}, el("th", { scope: "row" }, "is"), ...nodes.map((node) => el("td", { class: lifeAt(run, node, focus.at) }, lifeAt(run, node, focus.at)))),
        ...fields.map(row))));
  };
  focus.listen(update);
  update();
  return beside === null ? panel("state", "What each node believed", "", heading, table) :
    panel(`state-${beside.name}`, `What each node believed in ${beside.name}`, "", heading, table);
}
