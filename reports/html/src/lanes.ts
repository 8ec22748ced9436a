// E: operations in the lanes of their clients. Of a broken promise those that contradict, with an arrow for each
// order that its judge names; of one that holds those around the instant, with the point at which each took effect.
import { el, scroller, svg } from "./dom";
import { operationText } from "./explanation";
import type { Focus } from "./focus";
import { above, seconds, type Claim, type Operation, type Run } from "./run";

const [laneHeight, top, gutter, most] = [58, 26, 84, 14];

// Begins and ends in their order, equally far apart: what overlaps does so in the picture, and lengths are not to
// scale. An operation that never returned goes on to the end.
class Axis {
  private readonly instants: number[];
  constructor(operations: Operation[], readonly width: number) {
    this.instants = [...new Set(operations.flatMap(({ invoke, complete }) => complete === null ? [invoke] : [invoke, complete]))].sort((a, b) => a - b);
  }
  private step(): number { return (this.width - gutter - 16) / this.instants.length; }
  slot(at: number): number { return above(this.instants, at) - 1; }
  slotX(slot: number, share = 0): number { return gutter + (slot + share) * this.step(); }
  x(at: number | null): number { return at === null ? this.width - 8 : this.slotX(this.slot(at)); }
  ticks(): number[] {
    const each = Math.max(1, Math.ceil(74 / this.step()));
    return this.instants.filter((_, i) => i % each === 0);
  }
}

interface Edge { from: Operation; to: Operation; number: number }

// Steps that speak of two operations, the earlier first: each is an order that the argument uses.
function edgesOf(run: Run, claim: Claim): Edge[] {
  return claim.reason.flatMap((step, i) => {
    const [from, to] = step.operations.map((position) => run.operationAt.get(position));
    return step.operations.length === 2 && from !== undefined && to !== undefined && from !== to ? [{ from, to, number: i + 1 }] : [];
  });
}

const shortText = ({ f, value, result, outcome }: Operation) =>
  `${f}${value === "null" ? "" : ` ${value}`} → ${outcome === "ok" ? result : outcome === "fail" ? "refused" : "?"}`;

class Picture {
  private readonly lanes: number[];
  private readonly axis: Axis;
  readonly root: SVGElement;
  private readonly taken = new Map<string, number>();  // by lane and line of text: up to where

  constructor(private readonly run: Run, operations: Operation[], label: string, private readonly focus: Focus) {
    this.lanes = [...new Set(operations.map(({ process }) => process))].sort((a, b) => a - b);
    const width = 1000;
    this.axis = new Axis(operations, width);
    const height = top + this.lanes.length * laneHeight + 8;
    this.root = svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label, class: "lanes" });
    for (const at of this.axis.ticks()) {
      const x = this.axis.x(at);
      this.root.append(svg("line", { x1: x, x2: x, y1: top - 8, y2: height, class: "grid" }), svg("text", { x, y: 11 }, seconds(at)));
    }
    for (const process of this.lanes) {
      const y = this.y(process);
      this.root.append(svg("line", { x1: gutter, x2: width, y1: y, y2: y, class: "grid" }),
        svg("text", { x: 4, y: y + 4, class: "name" }, run.nodes[process]?.name ?? `process ${process}`));
    }
  }
  private y(process: number): number { return top + (this.lanes.indexOf(process) + 0.62) * laneHeight; }

  bar(operation: Operation, contradicts: boolean): void {
    const [x1, x2, y] = [this.axis.x(operation.invoke), this.axis.x(operation.complete), this.y(operation.process)];
    const bar = svg("g", { class: `bar ${contradicts ? "contradicts" : operation.outcome}` });
    bar.append(svg("title", {}, `${operationText(this.run, operation)}, ${seconds(operation.invoke, 6)} to ${operation.complete === null ? "never" : seconds(operation.complete, 6)}`),
      svg("rect", { x: x1, y: y - 8, width: Math.max(x2 - x1, 3), height: 16, "stroke-dasharray": operation.outcome === "ok" ? "" : "5 3" }),
      this.label(x1, y, operation.process, `${contradicts ? "⚠ " : ""}${shortText(operation)}`));
    bar.addEventListener("click", () => this.focus.selectOperation(operation));
    this.root.append(bar);
  }
  // In the first line above the lane that has room, or cut short in the last.
  private label(x: number, y: number, process: number, text: string): SVGElement {
    const room = [0, 1].find((line) => (this.taken.get(`${process} ${line}`) ?? 0) <= x) ?? 1;
    const most = 24;
    const short = text.length > most ? `${text.slice(0, most - 1)}…` : text;
    this.taken.set(`${process} ${room}`, x + short.length * 7 + 6);
    return svg("text", { x, y: y - 13 - room * 13 }, short);
  }
  edge({ from, to, number }: Edge): void {
    const [x1, y1, x2, y2] = [this.axis.x(from.complete ?? from.invoke), this.y(from.process), this.axis.x(to.invoke), this.y(to.process)];
    // Between two of one lane it bends below it.
    const bend = y1 === y2 ? 26 : 0;
    const [mx, my] = [(x1 + x2) / 2, (y1 + y2) / 2 + bend];
    const angle = Math.atan2(y2 - my, x2 - mx);
    const wing = (turn: number) => `L ${x2 - 9 * Math.cos(angle + turn)} ${y2 - 9 * Math.sin(angle + turn)}`;
    this.root.append(svg("path", { d: `M ${x1} ${y1} Q ${mx} ${my} ${x2} ${y2} ${wing(0.4)} M ${x2} ${y2} ${wing(-0.4)}`, class: "edge" }),
      svg("circle", { cx: mx, cy: (y1 + y2) / 2 + bend / 2, r: 9, class: "badge" }),
      svg("text", { x: mx, y: (y1 + y2) / 2 + bend / 2 + 4, "text-anchor": "middle", class: "badge" }, String(number)));
  }
  // In this order; each at the earliest instant that it can be, which is when it or the one before began.
  points(order: Operation[]): void {
    let at = -Infinity;
    const slots = new Map<number, Operation[]>();
    for (const operation of order) {
      at = Math.max(at, operation.invoke);
      const slot = this.axis.slot(at);
      slots.set(slot, [...(slots.get(slot) ?? []), operation]);
    }
    const places: [number, number][] = [];
    for (const [slot, all] of slots)
      all.forEach((operation, k) => places.push([this.axis.slotX(slot, (k + 1) / (all.length + 1)), this.y(operation.process)]));
    this.root.append(svg("polyline", { points: places.map(([x, y]) => `${x},${y}`).join(" "), class: "order" }));
    places.forEach(([x, y], i) => this.root.append(svg("path", { d: `M ${x} ${y - 7} l 6 7 l -6 7 l -6 -7 z`, class: "point" }),
      svg("text", { x, y: y + 21, "text-anchor": "middle" }, String(i + 1))));
  }
}

const scrolled = (picture: SVGElement) => scroller("Operations in lanes", picture);

function contradiction(run: Run, focus: Focus, claim: Claim): HTMLElement | null {
  const own = new Set(claim.operations);
  const all = [...new Set([...claim.operations, ...claim.reason.flatMap((step) => step.operations)])]
    .flatMap((position) => run.operationAt.get(position) ?? []).sort((a, b) => a.invoke - b.invoke);
  if (all.length === 0) return null;
  const operations = all.slice(-most);
  const picture = new Picture(run, operations, "Operations that contradict a promise, in the lanes of their clients; the list below says the same", focus);
  const here = new Set(operations);
  for (const operation of operations) picture.bar(operation, own.has(operation.position));
  const edges = edgesOf(run, claim).filter(({ from, to }) => here.has(from) && here.has(to));
  for (const edge of edges) picture.edge(edge);
  const figure = el("figure", {}, el("figcaption", {}, `${claim.id}: ${claim.statement}`));
  figure.append(scrolled(picture.root));
  return el("div", { class: "contradiction" }, figure,
    all.length > operations.length ? el("p", { class: "hint" }, `The last ${operations.length} of ${all.length} operations are drawn.`) : null,
    el("ol", {}, ...claim.reason.map((step) => el("li", {}, step.text))),
    el("p", { class: "hint" }, `Operations with ⚠ cannot all be explained. ${edges.length === 0 ? "" : "A numbered arrow is the order that the sentence of its number names. "}Times are in their order and not to scale.`));
}

// An order that explains every answer, of one key, around the instant.
function explained(run: Run, focus: Focus, claim: Claim): HTMLElement {
  const byKey = new Map<string, Operation[]>();
  for (const operation of claim.certificate.flatMap((position) => run.operationAt.get(position) ?? [])) {
    const all = byKey.get(operation.key);
    if (all === undefined) byKey.set(operation.key, [operation]);
    else all.push(operation);
  }
  const key = el("select", { "aria-label": "Which key", change: () => update() }, ...[...byKey.keys()].sort().map((each) => el("option", { value: each }, `key ${each}`)));
  // First the one that most was asked of.
  key.value = [...byKey].reduce((most, each) => (each[1].length > most[1].length ? each : most))[0];
  const place = el("div", {});
  const update = () => {
    const order = byKey.get(key.value) ?? [];
    let middle = order.findIndex((operation) => (operation.complete ?? run.end) >= focus.at);
    if (middle < 0) middle = order.length;
    const first = Math.max(0, Math.min(middle - most / 2, order.length - most));
    const shown = order.slice(first, first + most);
    const picture = new Picture(run, shown, `Operations on key ${key.value} in the lanes of their clients, and the points at which they took effect`, focus);
    for (const operation of shown) picture.bar(operation, false);
    picture.points(shown);
    place.replaceChildren(scrolled(picture.root), el("details", {}, el("summary", {}, "The same in words"),
      el("ol", {}, ...shown.map((operation) => el("li", {}, operationText(run, operation))))));
  };
  focus.listen(update);
  update();
  return el("div", { class: "certificate" }, el("div", { class: "controls" }, key), place,
    el("p", { class: "hint" }, `${claim.id}: ${claim.statement}. The numbered points ◆ are one order that explains every answer: each lies between an operation's begin and its end. ` +
      "Times are in their order and not to scale."));
}

export function lanes(run: Run, focus: Focus): HTMLElement | null {
  const broken = run.claims.filter((claim) => claim.verdict !== "held" && claim.operations.length > 0);
  const worst = broken.find((claim) => claim.explained) ?? broken[0];
  if (worst !== undefined) return contradiction(run, focus, worst);
  const held = run.claims.find((claim) => claim.certificate.length > 0);
  return held === undefined ? null : explained(run, focus, held);
}
