// The space-time diagram: a lane a node, time to the right, messages as arrows. What is drawn is bounded by the
// pixels there are, not by the messages: in a crowd, arrows that would cover each other are drawn once.
import { coneOf, coneOfOperation, isInCone, type Cone } from "./cone";
import { el } from "./dom";
import type { Focus } from "./focus";
import { above, Fate, Kind, seconds, signed, type Operation, type Run } from "./run";

const gutter = 96;
const top = 44;
const crowd = 5000;  // arrows beyond which they are thinned, and about how many are drawn then

interface Span { node: number; from: number; to: number; what: "down" | "paused" }

// When nodes were down or paused, from the landmarks.
function spansOf(run: Run): Span[] {
  const spans: Span[] = [];
  const open = new Map<string, Span>();
  const close = (key: string, at: number) => {
    const span = open.get(key);
    if (span !== undefined) { span.to = at; open.delete(key); }
  };
  for (const { what, at, node } of run.landmarks) {
    if (what === "started" || what === "crashed") close(`down ${node}`, at);
    if (what === "resumed" || what === "crashed") close(`paused ${node}`, at);
    if (what !== "crashed" && what !== "paused") continue;
    const kind = what === "crashed" ? "down" as const : "paused" as const;
    const span: Span = { node, from: at, to: run.end, what: kind };
    open.set(`${kind} ${node}`, span);
    spans.push(span);
  }
  return spans;
}

// `operations`: all of them, none, or those that are called so.
export interface Filter { nodes: Set<number>; type: string; onlyCone: boolean; operations: "all" | "none" | { f: string } }

// What the page of two runs adds to each of its diagrams.
export interface Beside {
  window: { from: number; to: number };              // what can be shown at most: of both
  common: Uint8Array;                                // by row: 1, it is the same in the other run, and faded
  notes: { at: number; text: string }[];             // instants to mark
  viewed: (from: number, to: number) => void;        // called when this diagram shows something else
}

export class Diagram {
  from: number;
  to: number;
  readonly canvas = el("canvas", { tabindex: "0", role: "img", "aria-label": "Space-time diagram of the run. Arrow keys move, plus and minus zoom; the panels below say the same in words." });
  private readonly context = this.canvas.getContext("2d")!;
  private readonly spans: Span[];
  private readonly longest: number;  // how long a message is under way at most
  private readonly pairs: number;  // of nodes that talk
  private readonly invoked: number[];
  private readonly explained: Set<number>;  // operations that the explanation speaks of
  private cone: Cone | null = null;
  private coneOf: number | Operation | null = null;  // of what it is
  private pending = false;
  private colours: Record<string, string> = {};
  private readonly window: { from: number; to: number };

  constructor(private readonly run: Run, private readonly focus: Focus, readonly filter: Filter, private readonly beside: Beside | null = null) {
    this.window = beside?.window ?? run.window;
    this.from = this.window.from;
    this.to = this.window.to;
    this.spans = spansOf(run);
    this.invoked = run.operations.map((operation) => operation.invoke);
    this.explained = new Set(run.claims.filter((claim) => claim.explained).flatMap((claim) => claim.operations));
    let longest = 0;
    const pairs = new Set<number>();
    for (let i = 0; i < run.rows.count; i++) {
      longest = Math.max(longest, run.rows.ended[i] - run.rows.began[i]);
      if (run.rows.kind[i] === Kind.message) pairs.add(run.rows.from[i] * run.nodes.length + run.rows.to[i]);
    }
    this.pairs = pairs.size;
    this.longest = longest;
    focus.listen(() => { this.keepInView(); this.redraw(); });
    new ResizeObserver(() => this.redraw()).observe(this.canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.redraw());
    // A printer takes what is there: it is drawn at once, in the colours of paper.
    for (const event of ["beforeprint", "afterprint"]) addEventListener(event, () => this.draw());
    matchMedia("print").addEventListener("change", () => this.draw());
    this.listen();
  }

  zoom(factor: number, around = this.focus.at): void {
    const shown = Math.min(Math.max((this.to - this.from) * factor, 10_000), this.window.to - this.window.from);
    const share = (around - this.from) / (this.to - this.from);
    this.show(around - shown * share, shown);
  }
  show(from: number, shown: number): void {
    const { window } = this;
    shown = Math.min(shown, window.to - window.from);
    const begin = Math.min(Math.max(from, window.from), window.to - shown);
    if (begin === this.from && begin + shown === this.to) return;
    this.from = begin;
    this.to = begin + shown;
    this.redraw();
    this.beside?.viewed(this.from, this.to);
  }
  redraw(): void {
    if (this.pending) return;
    this.pending = true;
    requestAnimationFrame(() => { this.pending = false; this.draw(); });
  }
  private keepInView(): void {
    const { at } = this.focus;
    if (at < this.from || at > this.to) this.show(at - (this.to - this.from) / 2, this.to - this.from);
  }

  private get width(): number { return this.canvas.clientWidth - gutter; }
  private lanes(): number[] { return this.run.nodes.map((_, i) => i).filter((i) => this.filter.nodes.has(i)); }
  // `width`: handed in by loops, since asking the canvas is slow.
  private x(at: number, width = this.width): number { return gutter + (at - this.from) / (this.to - this.from) * width; }
  private timeAt(x: number): number { return this.from + (x - gutter) / this.width * (this.to - this.from); }

  private listen(): void {
    let dragged: { x: number; from: number; far: boolean } | null = null;
    this.canvas.addEventListener("wheel", (event) => {
      event.preventDefault();
      if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) this.show(this.from + event.deltaX / this.width * (this.to - this.from), this.to - this.from);
      else this.zoom(Math.exp(event.deltaY / 400), this.timeAt(event.offsetX));
    }, { passive: false });
    this.canvas.addEventListener("pointerdown", (event) => {
      dragged = { x: event.offsetX, from: this.from, far: false };
      this.canvas.setPointerCapture(event.pointerId);
    });
    this.canvas.addEventListener("pointermove", (event) => {
      if (dragged === null) return;
      if (Math.abs(event.offsetX - dragged.x) > 4) dragged.far = true;
      if (dragged.far) this.show(dragged.from - (event.offsetX - dragged.x) / this.width * (this.to - this.from), this.to - this.from);
    });
    this.canvas.addEventListener("pointerup", (event) => {
      if (dragged !== null && !dragged.far) this.pick(event.offsetX, event.offsetY);
      dragged = null;
    });
  }

  // The arrow or step nearest to a point, if one is near; else the instant.
  private pick(x: number, y: number): void {
    const { rows } = this.run;
    let best: number | null = null;
    let least = 8;
    const y0 = this.laneHeights();
    for (let i = this.firstInView(); i < this.lastInView(); i++) {
      if (rows.ended[i] < this.from || !this.isShown(i)) continue;
      const [x1, y1, x2, y2] = [this.x(rows.began[i]), y0[rows.from[i]], this.x(rows.ended[i]), y0[rows.to[i]]];
      if (y1 === undefined || y2 === undefined) continue;
      const length = (x2 - x1) ** 2 + (y2 - y1) ** 2;
      const share = length === 0 ? 0 : Math.min(1, Math.max(0, ((x - x1) * (x2 - x1) + (y - y1) * (y2 - y1)) / length));
      const distance = Math.hypot(x - x1 - share * (x2 - x1), y - y1 - share * (y2 - y1));
      if (distance < least) { least = distance; best = i; }
    }
    const operation = this.operationAt(x, y, y0);
    if (operation !== null) this.focus.selectOperation(operation);
    else if (best !== null) this.focus.select(best);
    else { this.focus.row = null; this.focus.moveTo(this.timeAt(x)); }
  }

  // The operation whose span a point is in; of several the last that began.
  private operationAt(x: number, y: number, y0: Record<number, number>): Operation | null {
    const at = this.timeAt(x);
    for (let i = above(this.invoked, at + 3 / this.width * (this.to - this.from)) - 1; i >= 0; i--) {
      const operation = this.run.operations[i];
      const top = y0[operation.process];
      if (top === undefined || y < top + 3 || y > top + 16 || !this.isOperationShown(operation)) continue;
      const { x1, x2 } = this.spanOf(operation);
      if (x >= x1 - 3 && x <= x2 + 3) return operation;
    }
    return null;
  }
  // One that never returned may take effect at any time: its box stays short and open.
  private spanOf(operation: Operation, width = this.width): { x1: number; x2: number } {
    const x1 = this.x(operation.invoke, width);
    const x2 = this.x(operation.complete ?? this.run.end, width);
    return { x1, x2: operation.complete === null ? Math.min(x2, x1 + 40) : x2 };
  }
  private isOperationShown(operation: Operation): boolean {
    const { operations } = this.filter;
    return operations === "all" || (operations !== "none" && operations.f === operation.f);
  }

  private isShown(i: number): boolean {
    const { rows, texts } = this.run;
    return this.filter.type === "" || texts[rows.type[i]] === this.filter.type;
  }
  // Rows in view are among those from the first to the one before the last.
  private firstInView(): number {
    return above(this.run.rows.began, this.from - Math.min(this.longest, 4 * (this.to - this.from)) - 1);
  }
  private lastInView(): number { return above(this.run.rows.began, this.to); }
  // By node: the height of its lane.
  private laneHeights(): Record<number, number> {
    const lanes = this.lanes();
    const height = (this.canvas.clientHeight - top - 24) / Math.max(1, lanes.length);
    return Object.fromEntries(lanes.map((node, k) => [node, top + (k + 0.5) * height]));
  }

  private draw(): void {
    const scale = devicePixelRatio;
    const { clientWidth: w, clientHeight: h } = this.canvas;
    if (w === 0) return;
    this.canvas.width = w * scale;
    this.canvas.height = h * scale;
    const style = getComputedStyle(document.documentElement);
    for (const name of ["ink", "faint", "line", "paper", "accent", "bad", "good", "warn", "cone", "fault"])
      this.colours[name] = style.getPropertyValue(`--${name}`).trim();
    const selected = this.focus.row ?? this.focus.operation;
    if (this.coneOf !== selected) {
      this.coneOf = selected;
      this.cone = selected === null ? null : typeof selected === "number" ? coneOf(this.run, selected) : coneOfOperation(this.run, selected);
    }
    const c = this.context;
    c.setTransform(scale, 0, 0, scale, 0, 0);
    c.clearRect(0, 0, w, h);
    c.font = "12px system-ui, sans-serif";
    c.textBaseline = "middle";
    const y = this.laneHeights();
    c.save();
    c.beginPath();
    c.rect(gutter, 0, w - gutter, h);
    c.clip();
    this.drawFaults(h);
    this.drawCone(y);
    this.drawLanes(y);
    this.drawClocks(y);
    this.drawOperations(y);
    this.drawArrows(y);
    this.drawMarks(y);
    this.drawAxis(h);
    c.restore();
    this.drawNames(y);
  }

  private drawFaults(h: number): void {
    const c = this.context;
    const taken = [-Infinity, -Infinity, -Infinity];  // by line of text: up to where
    for (const fault of this.run.faults) {
      const [x1, x2] = [this.x(fault.began), Math.max(this.x(fault.ended), this.x(fault.began) + 2)];
      if (x2 < gutter || x1 > gutter + this.width) continue;
      c.fillStyle = this.colours.fault;
      c.fillRect(x1, 0, x2 - x1, h - 22);
      c.strokeStyle = this.colours.warn;
      c.setLineDash([3, 3]);
      c.strokeRect(x1, -1, x2 - x1, h - 21);
      c.setLineDash([]);
      c.fillStyle = this.colours.warn;
      const room = Math.max(x1, gutter) + 4;
      // A name that finds no room is in the explanation, and here when zoomed in.
      const text = `⚡ ${fault.what}`;
      const line = taken.findIndex((until) => until <= room);
      if (line < 0) continue;
      taken[line] = room + c.measureText(text).width + 8;
      c.fillText(text, room, 9 + line * 13);
    }
  }

  // Lanes up to where they can have mattered, joined, as a cone; and the mirror image to the right.
  private drawCone(y: Record<number, number>): void {
    if (this.cone === null) return;
    const c = this.context;
    const lanes = this.lanes();
    if (this.cone.between) return this.drawBetween(this.cone, y, lanes);
    for (const side of ["past", "future"] as const) {
      const edge = this.cone[side];
      const border = side === "past" ? this.from : this.to;
      const inside = (node: number) => Math.min(Math.max(edge[node], this.from), this.to);
      c.fillStyle = this.colours.cone;
      c.globalAlpha = side === "past" ? 1 : 0.5;
      c.beginPath();
      lanes.forEach((node, k) => {
        const half = lanes.length > 1 ? Math.abs(y[lanes[1]] - y[lanes[0]]) / 2 : 20;
        if (k === 0) c.moveTo(this.x(border), y[node] - half);
        c.lineTo(this.x(inside(node)), k === 0 ? y[node] - half : y[node]);
        if (k === 0) c.lineTo(this.x(inside(node)), y[node]);
        if (k === lanes.length - 1) { c.lineTo(this.x(inside(node)), y[node] + half); c.lineTo(this.x(border), y[node] + half); }
      });
      c.closePath();
      c.fill();
      c.globalAlpha = 1;
    }
  }

  // Of an operation: each lane from when it can have touched it to when that can have mattered for the answer.
  private drawBetween({ past, future }: Cone, y: Record<number, number>, lanes: number[]): void {
    const c = this.context;
    const half = lanes.length > 1 ? Math.abs(y[lanes[1]] - y[lanes[0]]) / 2 : 20;
    c.fillStyle = this.colours.cone;
    for (const node of lanes) {
      const [from, to] = [Math.max(future[node], this.from), Math.min(past[node], this.to)];
      if (from < to) c.fillRect(this.x(from), y[node] - half, Math.max(1, this.x(to) - this.x(from)), 2 * half);
    }
  }

  private drawLanes(y: Record<number, number>): void {
    const c = this.context;
    for (const node of this.lanes()) {
      c.strokeStyle = this.colours.line;
      c.lineWidth = 1;
      c.beginPath();
      c.moveTo(gutter, y[node]);
      c.lineTo(gutter + this.width, y[node]);
      c.stroke();
    }
    for (const span of this.spans) {
      if (!(span.node in y) || span.to < this.from || span.from > this.to) continue;
      const [x1, x2] = [this.x(span.from), Math.max(this.x(span.to), this.x(span.from) + 3)];
      c.fillStyle = this.colours.paper;
      c.fillRect(x1, y[span.node] - 6, x2 - x1, 12);
      c.strokeStyle = span.what === "down" ? this.colours.bad : this.colours.warn;
      c.strokeRect(x1, y[span.node] - 6, x2 - x1, 12);
      // Hatched one way when down, upright when paused: not told by colour alone.
      c.beginPath();
      const begin = Math.max(x1, gutter);
      for (let x = begin; x < Math.min(x2, gutter + this.width); x += 7) {
        c.moveTo(x, y[span.node] + 6);
        c.lineTo(span.what === "down" ? x + 6 : x, y[span.node] - 6);
      }
      c.stroke();
      if (x2 - x1 > 60) this.label(span.what, begin + 6, y[span.node] - 14, c.strokeStyle as string);
    }
  }

  // While a clock is wrong by a millisecond or more its lane is a zigzag.
  private drawClocks(y: Record<number, number>): void {
    const c = this.context;
    for (const node of this.lanes()) {
      const { at, error } = this.run.clocks[node];
      for (let i = Math.max(0, above(at, this.from) - 1); i < at.length && at[i] <= this.to; i++) {
        if (Math.abs(error[i]) < 1e6) continue;
        const [x1, x2] = [Math.max(this.x(at[i]), gutter), Math.min(this.x(at[i + 1] ?? this.run.end), gutter + this.width)];
        c.strokeStyle = this.colours.warn;
        c.beginPath();
        for (let x = x1, k = 0; x < x2; x += 4, k++) c.lineTo(x, y[node] + (k % 2 === 0 ? -3 : 3));
        c.stroke();
        if (x2 - x1 > 110) this.label(`clock ${signed(error[i])}`, x1 + 4, y[node] + 12, this.colours.warn);
      }
    }
  }

  private drawOperations(y: Record<number, number>): void {
    const c = this.context;
    const end = above(this.invoked, this.to);
    const { width } = this;
    let last = -1;
    for (let i = 0; i < end; i++) {
      const operation = this.run.operations[i];
      const until = operation.complete ?? this.run.end;
      if (until < this.from || !(operation.process in y) || !this.isOperationShown(operation)) continue;
      const { x1, x2 } = this.spanOf(operation, width);
      const named = this.explained.has(operation.position) || operation === this.focus.operation;
      if (!named && x2 - x1 < 4 && Math.floor(x1 / 2) === last) continue;
      last = Math.floor(x1 / 2);
      c.strokeStyle = c.fillStyle = operation === this.focus.operation ? this.colours.accent : named ? this.colours.bad : operation.outcome === "ok" ? this.colours.good : this.colours.warn;
      c.lineWidth = named ? 3 : 1;
      if (operation.outcome !== "ok") c.setLineDash([4, 3]);
      c.strokeRect(x1, y[operation.process] + 5, Math.max(1, x2 - x1), 9);
      c.setLineDash([]);
      if (x2 - x1 > 70) c.fillText(`${operation.f} ${operation.key}`, Math.max(x1, gutter) + 3, y[operation.process] + 22, x2 - x1);
    }
    c.lineWidth = 1;
  }

  private drawArrows(y: Record<number, number>): void {
    const { rows } = this.run;
    const c = this.context;
    const count = above(rows.began, this.to) - above(rows.began, this.from);
    const { width } = this;
    const n = this.run.nodes.length;
    // By sender, receiver and fate: the last place that has an arrow, in steps that leave about a crowd of them.
    const drawn = new Int32Array(n * n * 4).fill(-1);
    const grain = Math.max(1, this.width * this.pairs / crowd);
    const paths = new Map<string, Path2D>();
    const path = (name: string): Path2D => {
      let found = paths.get(name);
      if (found === undefined) paths.set(name, found = new Path2D());
      return found;
    };
    const end = this.lastInView();
    for (let i = this.firstInView(); i < end; i++) {
      if (rows.ended[i] < this.from) continue;
      const [from, to, fate] = [rows.from[i], rows.to[i], rows.fate[i]];
      const x1 = this.x(rows.began[i], width);
      const isChain = this.cone !== null && this.cone.chain.has(i);
      if (!isChain && count > crowd) {
        if (rows.kind[i] !== Kind.message) continue;
        const key = (from * n + to) * 4 + fate;
        const place = Math.floor((x1 + (key * 5) % grain) / grain);  // no two pairs keep step
        if (drawn[key] === place) continue;
        drawn[key] = place;
      }
      if (!(from in y) || !(to in y) || !this.isShown(i)) continue;
      const x2 = this.x(rows.ended[i], width);
      const outside = this.cone !== null && !isChain && !isInCone(this.run, this.cone, i);
      if (outside && this.filter.onlyCone) continue;
      const fades = outside || (!isChain && this.beside?.common[i] === 1);
      const suffix = isChain ? " chain" : fades ? " faded" : "";
      if (rows.kind[i] !== Kind.message) {
        if (isChain || count < 800) path(`step${suffix}`).rect(x1 - 1.5, y[from] - 4, 3, 8);
        continue;
      }
      const held = rows.ended[i] - rows.began[i] > this.run.slow;
      const style = fate === Fate.lost ? "lost" : fate === Fate.duplicate ? "duplicate" : held || fate === Fate.underWay ? "held" : "usual";
      // A lost message ends on its way.
      const share = fate === Fate.lost ? 0.6 : 1;
      const [xe, ye] = [x1 + (x2 - x1) * share, y[from] + (y[to] - y[from]) * share];
      const arrow = path(style + suffix);
      arrow.moveTo(x1, y[from]);
      arrow.lineTo(xe, ye);
      if (fate === Fate.lost) { arrow.moveTo(xe - 3, ye - 3); arrow.lineTo(xe + 3, ye + 3); arrow.moveTo(xe + 3, ye - 3); arrow.lineTo(xe - 3, ye + 3); }
      else if (count < 2500) {
        const angle = Math.atan2(ye - y[from], xe - x1);
        for (const turn of [2.75, -2.75]) { arrow.moveTo(xe, ye); arrow.lineTo(xe + 6 * Math.cos(angle + turn), ye + 6 * Math.sin(angle + turn)); }
      }
    }
    for (const [name, arrows] of paths) {
      const [style, how] = name.split(" ");
      c.strokeStyle = how === "chain" ? this.colours.accent : style === "lost" ? this.colours.bad : style === "usual" || style === "step" ? this.colours.faint : this.colours.warn;
      c.globalAlpha = how === "faded" ? 0.15 : count > crowd && how === undefined && style === "usual" ? 0.5 : 1;
      c.lineWidth = how === "chain" ? 2.5 : 1;
      c.setLineDash(style === "held" ? [6, 3] : style === "duplicate" ? [2, 2] : []);
      c.stroke(arrows);
    }
    c.setLineDash([]);
    c.globalAlpha = 1;
    c.lineWidth = 1;
  }

  private drawMarks(y: Record<number, number>): void {
    const c = this.context;
    const lastX: Record<number, number> = {};
    for (const { what, at, node, name } of this.run.landmarks) {
      if (!(node in y) || at < this.from || at > this.to || what !== "mark") continue;
      const x = this.x(at);
      c.fillStyle = this.colours.accent;
      c.beginPath();
      c.moveTo(x, y[node] - 5); c.lineTo(x + 4, y[node]); c.lineTo(x, y[node] + 5); c.lineTo(x - 4, y[node]);
      c.fill();
      if (x < (lastX[node] ?? -Infinity)) continue;
      this.label(name, x + 3, y[node] - 13, this.colours.accent);
      lastX[node] = x + c.measureText(name).width + 14;
    }
    for (const { at, text } of this.beside?.notes ?? []) {
      const x = this.x(at);
      c.strokeStyle = this.colours.accent;
      c.lineWidth = 2;
      c.setLineDash([8, 3, 2, 3]);
      c.beginPath(); c.moveTo(x, 0); c.lineTo(x, this.canvas.clientHeight - 22); c.stroke();
      c.setLineDash([]);
      c.lineWidth = 1;
      this.label(text, x + 4, top - 6, this.colours.accent);
    }
    for (const claim of this.run.claims) {
      if (claim.finding === null) continue;
      const x = this.x(claim.finding.at);
      c.strokeStyle = this.colours.bad;
      c.lineWidth = 2;
      c.beginPath(); c.moveTo(x, top - 6); c.lineTo(x, this.canvas.clientHeight - 22); c.stroke();
      c.lineWidth = 1;
      this.label(`✗ ${claim.id}`, x + 4, this.canvas.clientHeight - 32, this.colours.bad);
    }
  }
  private label(text: string, x: number, y: number, colour: string): void {
    const c = this.context;
    c.globalAlpha = 0.8;
    c.fillStyle = this.colours.paper;
    c.fillRect(x - 2, y - 7, c.measureText(text).width + 4, 14);
    c.globalAlpha = 1;
    c.fillStyle = colour;
    c.fillText(text, x, y);
  }

  private drawAxis(h: number): void {
    const c = this.context;
    const shown = this.to - this.from;
    const power = 10 ** Math.floor(Math.log10(shown / 6));
    const tick = [1, 2, 5, 10].map((m) => m * power).find((step) => shown / step <= 10) ?? power * 10;
    const digits = Math.max(0, 9 - Math.floor(Math.log10(tick)));
    c.fillStyle = c.strokeStyle = this.colours.faint;
    for (let at = Math.ceil(this.from / tick) * tick; at <= this.to; at += tick) {
      const x = this.x(at);
      c.beginPath(); c.moveTo(x, h - 22); c.lineTo(x, h - 17); c.stroke();
      c.fillText(seconds(at, digits), x + 2, h - 9);
    }
    const x = this.x(this.focus.at);
    c.strokeStyle = this.colours.ink;
    c.beginPath(); c.moveTo(x, 0); c.lineTo(x, h); c.stroke();
  }

  private drawNames(y: Record<number, number>): void {
    const c = this.context;
    for (const node of this.lanes()) {
      c.fillStyle = this.colours.ink;
      c.font = "600 13px system-ui, sans-serif";
      c.fillText(this.run.nodes[node].name, 8, y[node] - 6, gutter - 14);
      c.fillStyle = this.colours.faint;
      c.font = "11px system-ui, sans-serif";
      c.fillText(this.run.nodes[node].role, 8, y[node] + 8, gutter - 14);
    }
  }
}
