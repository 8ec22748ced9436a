// E: a cycle of dependencies as a graph: transactions as boxes on an ellipse, and what makes one precede the next
// as arrows with their kind as label. Each box and arrow can be reached by key, and says its sentence below.
import { el, scroller, svg } from "./dom";
import { operationText } from "./explanation";
import type { Focus } from "./focus";
import { seconds, type Claim, type Operation, type Run } from "./run";

const [boxWidth, boxHeight, width] = [168, 46, 720];

// What the labels mean (Adya, Weak Consistency, section 4), and how arrows of the kind are drawn: not by colour.
const meanings: Record<string, { text: string; dash: string }> = {
  ww: { text: "the next overwrote what this one wrote", dash: "" },
  wr: { text: "the next read what this one wrote", dash: "" },
  rw: { text: "the next overwrote what this one had read", dash: "7 4" },
  "wr (predicate)": { text: "the next's choice by a predicate saw what this one wrote", dash: "" },
  "rw (predicate)": { text: "the next changed what this one's predicate had chosen from", dash: "7 4" },
  session: { text: "the same client asked for the next after this one", dash: "2 4" },
  "real time": { text: "this one had ended before the next began", dash: "2 4" },
};

// What a transaction did, as the judge's sentence that names it says: "Let T1 = [r "x" 1]".
function contents(claim: Claim, operation: Operation): string {
  const named = claim.reason.find((step) => step.operations.length === 1 && step.operations[0] === operation.position && step.text.includes(" = "));
  if (named !== undefined) return named.text.slice(named.text.indexOf(" = ") + 3).replace(/^\[|\]$/g, "");
  return operation.outcome === "ok" && operation.result !== "null" ? operation.result : operation.value;
}

interface Edge { from: Operation; to: Operation; relation: string; text: string; number: number }

// The steps of a claim's reason that carry a relation, if they lead around.
function cycleOf(run: Run, claim: Claim): Edge[] {
  const edges = claim.reason.flatMap((step, i): Edge[] => {
    const [from, to] = step.operations.map((position) => run.operationAt.get(position));
    return step.relation === "" || from === undefined || to === undefined ? [] : [{ from, to, relation: step.relation, text: step.text.trim(), number: i + 1 }];
  });
  const closes = edges.length > 1 && edges.every((edge, i) => edge.to === edges[(i + 1) % edges.length].from);
  return closes ? edges : [];
}

type Point = [number, number];

// Where a line from the middle of a box to `towards` leaves it, and a little further.
function border([x, y]: Point, [tx, ty]: Point): Point {
  const [dx, dy] = [tx - x, ty - y];
  const share = Math.min((boxWidth / 2 + 5) / Math.max(Math.abs(dx), 1e-9), (boxHeight / 2 + 5) / Math.max(Math.abs(dy), 1e-9));
  return [x + dx * share, y + dy * share];
}

class Graph {
  readonly root: SVGElement;
  readonly detail = el("p", { class: "detail", "aria-live": "polite" });
  private readonly centre: Point;
  private readonly radius: Point;

  constructor(private readonly run: Run, private readonly focus: Focus, private readonly claim: Claim, private readonly edges: Edge[]) {
    const rows = Math.max(2, Math.ceil(edges.length / 2));
    const height = Math.max(230, rows * (boxHeight + 44) + 60);
    this.centre = [width / 2, height / 2];
    this.radius = [width / 2 - boxWidth / 2 - 12, height / 2 - boxHeight / 2 - 14];
    const inWords = edges.map((edge, i) => `T${i + 1} precedes T${(i + 1) % edges.length + 1} (${edge.relation})`).join(", ");
    this.root = svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "group", class: "cycle", "aria-label": `A cycle of ${edges.length} transactions: ${inWords}` });
    edges.forEach((edge, i) => this.root.append(this.arrow(edge, i)));
    edges.forEach((edge, i) => this.root.append(this.box(edge.from, i)));
    this.tell("Choose a box or an arrow to read its sentence here.");
  }
  // Clockwise from the left; two stand side by side.
  private place(i: number): Point {
    const angle = Math.PI + 2 * Math.PI * (i % this.edges.length) / this.edges.length;
    return [this.centre[0] + this.radius[0] * Math.cos(angle), this.centre[1] + this.radius[1] * Math.sin(angle)];
  }
  private tell(text: string): void { this.detail.textContent = text; }

  private control(className: string, label: string, act: () => void): SVGElement {
    const group = svg("g", { class: className, tabindex: 0, role: "button", "aria-label": label });
    group.addEventListener("focus", () => this.tell(label));
    group.addEventListener("pointerenter", () => this.tell(label));
    group.addEventListener("click", act);
    group.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      event.stopPropagation();
      act();
    });
    return group;
  }

  private box(operation: Operation, i: number): SVGElement {
    const [x, y] = this.place(i);
    const group = this.control("node", `T${i + 1}: ${operationText(this.run, operation)}, ${seconds(operation.invoke, 6)}`, () => this.focus.selectOperation(operation));
    const said = contents(this.claim, operation);
    const room = 26;
    group.append(svg("rect", { x: x - boxWidth / 2, y: y - boxHeight / 2, width: boxWidth, height: boxHeight, rx: 7 }),
      svg("text", { x, y: y - 5, "text-anchor": "middle", class: "name" }, `T${i + 1} · ${this.run.nodes[operation.process]?.name ?? `process ${operation.process}`}`),
      svg("text", { x, y: y + 13, "text-anchor": "middle" }, said.length > room ? `${said.slice(0, room - 1)}…` : said));
    return group;
  }

  // It bends outwards, so that there and back are two arrows, and the label has room.
  private arrow(edge: Edge, i: number): SVGElement {
    const [a, b] = [this.place(i), this.place(i + 1)];
    const middle: Point = [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
    const [dx, dy] = [b[0] - a[0], b[1] - a[1]];
    const length = Math.hypot(dx, dy);
    const bend = this.edges.length === 2 ? 150 : Math.min(46, length / 6);
    const via: Point = [middle[0] + dy / length * bend, middle[1] - dx / length * bend];
    const [from, to] = [border(a, via), border(b, via)];
    const angle = Math.atan2(to[1] - via[1], to[0] - via[0]);
    const wing = (turn: number) => `${to[0] - 11 * Math.cos(angle + turn)} ${to[1] - 11 * Math.sin(angle + turn)}`;
    const label: Point = [from[0] / 4 + via[0] / 2 + to[0] / 4, from[1] / 4 + via[1] / 2 + to[1] / 4];
    const text = `${edge.number}. ${edge.relation}`;
    const half = text.length * 3.9 + 8;
    const group = this.control("dependency", edge.text, () => this.focus.selectOperation(edge.from));
    group.append(svg("path", { d: `M ${from[0]} ${from[1]} Q ${via[0]} ${via[1]} ${to[0]} ${to[1]}`, class: "hit" }),
      svg("path", { d: `M ${from[0]} ${from[1]} Q ${via[0]} ${via[1]} ${to[0]} ${to[1]}`, class: "line", "stroke-dasharray": meanings[edge.relation]?.dash ?? "" }),
      svg("path", { d: `M ${wing(0.4)} L ${to[0]} ${to[1]} L ${wing(-0.4)} Z`, class: "head" }),
      svg("rect", { x: label[0] - half, y: label[1] - 11, width: 2 * half, height: 22, rx: 11, class: "label" }),
      svg("text", { x: label[0], y: label[1] + 4, "text-anchor": "middle", class: "label" }, text));
    return group;
  }
}

// Of the claim that is explained, or else of the first that has one; null when there is no cycle.
export function cycleGraph(run: Run, focus: Focus): HTMLElement | null {
  const broken = run.claims.filter((claim) => claim.verdict !== "held").sort((a, b) => Number(b.explained) - Number(a.explained));
  const claim = broken.find((each) => cycleOf(run, each).length > 0);
  if (claim === undefined) return null;
  const edges = cycleOf(run, claim);
  const graph = new Graph(run, focus, claim, edges);
  const kinds = [...new Set(edges.map((edge) => edge.relation))];
  return el("figure", { class: "graph" }, el("figcaption", {}, `${claim.id}: ${edges.length} transactions each precede the next, and the last the first${claim.anomaly === "" ? "" : ` (${claim.anomaly})`}`),
    scroller("The cycle as a graph", graph.root), graph.detail,
    el("dl", { class: "kinds" }, ...kinds.flatMap((kind) => [el("dt", {}, kind), el("dd", {}, meanings[kind]?.text ?? "the next comes after this one")])));
}
