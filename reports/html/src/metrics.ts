// G: how fast clients were served over time, with faults shaded behind, and how the times are distributed.
import { el, panel, scroller, svg } from "./dom";
import type { Focus } from "./focus";
import { duration, seconds, type Run } from "./run";


interface Curve { name: string; dash: string; points: [number, number][] }
const [width, height, left, bottom] = [720, 170, 64, 22];

function chart(run: Run, focus: Focus, title: string, unit: (value: number) => string, curves: Curve[], logarithmic: boolean): HTMLElement {
  const root = svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": title });
  const values = curves.flatMap((curve) => curve.points.map(([, value]) => value)).filter((value) => !logarithmic || value > 0);
  const most = values.reduce((a, b) => Math.max(a, b), 1);
  const least = logarithmic ? values.reduce((a, b) => Math.min(a, b), most) / 1.2 : 0;
  const x = (at: number) => left + (at - run.window.from) / (run.window.to - run.window.from) * (width - left - 8);
  const y = (value: number) => {
    const share = logarithmic ? Math.log(Math.max(value, least) / least) / Math.log(most * 1.1 / least) : value / (most * 1.1);
    return height - bottom - share * (height - bottom - 8);
  };
  for (const fault of run.faults) {
    const [from, to] = [Math.max(fault.began, run.window.from), Math.min(Math.max(fault.ended, fault.began), run.window.to)];
    if (to < from) continue;
    const shade = svg("rect", { x: x(from), y: 0, width: Math.max(1, x(to) - x(from)), height: height - bottom, class: "shade" });
    shade.append(svg("title", {}, fault.what));
    root.append(shade);
  }
  const ticks = logarithmic ? [least * 1.2, Math.sqrt(least * 1.2 * most), most] : [0, most / 2, most];
  for (const tick of ticks) root.append(svg("line", { x1: left, x2: width - 8, y1: y(tick), y2: y(tick), class: "grid" }),
    svg("text", { x: left - 6, y: y(tick) + 4, "text-anchor": "end" }, unit(tick)));
  for (let k = 0; k <= 5; k++) {
    const at = run.window.from + (run.window.to - run.window.from) * k / 5;
    root.append(svg("text", { x: x(at), y: height - 6, "text-anchor": k === 5 ? "end" : "middle" }, seconds(at, 1)));
  }
  curves.forEach((curve, k) => root.append(svg("polyline", { points: curve.points.map(([at, value]) => `${x(at).toFixed(1)},${y(value).toFixed(1)}`).join(" "),
    class: `curve c${k}`, "stroke-dasharray": curve.dash })));
  const cursor = svg("line", { y1: 0, y2: height - bottom, class: "cursor" });
  root.append(cursor);
  const update = () => { cursor.setAttribute("x1", String(x(focus.at))); cursor.setAttribute("x2", String(x(focus.at))); };
  focus.listen(update);
  update();
  const names = curves.map((curve, k) => el("span", { class: `c${k}` }, `${curve.dash === "" ? "──" : curve.dash.startsWith("2") ? "····" : "– –"} ${curve.name}`));
  const figure = el("figure", {}, el("figcaption", {}, title, " ", ...(curves.length > 1 ? names : [])));
  figure.append(root);
  return figure;
}

function overTime(run: Run): { rate: Curve[]; latency: Curve[] } {
  const buckets = 120;
  const length = (run.window.to - run.window.from) / buckets;
  const took: number[][] = Array.from({ length: buckets }, () => []);
  const bad = new Array<number>(buckets).fill(0);
  for (const operation of run.operations) {
    const bucket = Math.floor(((operation.complete ?? operation.invoke) - run.window.from) / length);
    if (bucket < 0 || bucket >= buckets) continue;
    if (operation.outcome === "ok" && operation.complete !== null) took[bucket].push(operation.complete - operation.invoke);
    else bad[bucket]++;
  }
  const middle = (k: number) => run.window.from + (k + 0.5) * length;
  const quantile = (share: number): [number, number][] => took.flatMap((all, k) => {
    all.sort((a, b) => a - b);
    return all.length === 0 ? [] : [[middle(k), all[Math.min(all.length - 1, Math.floor(share * all.length))]] as [number, number]];
  });
  return {
    rate: [{ name: "answered", dash: "", points: took.map((all, k) => [middle(k), all.length / length * 1e9]) },
      { name: "refused or unknown", dash: "6 4", points: bad.map((count, k) => [middle(k), count / length * 1e9]) }],
    latency: [{ name: "half of all", dash: "", points: quantile(0.5) }, { name: "99 of 100", dash: "6 4", points: quantile(0.99) },
      { name: "slowest", dash: "2 3", points: quantile(1) }],
  };
}

// How many operations took how long: a bar for each third of a power of ten.
function distribution(run: Run): HTMLElement {
  const bars = new Map<number, number>();
  for (const operation of run.operations) {
    if (operation.outcome !== "ok" || operation.complete === null) continue;
    const bar = Math.floor(Math.log10(Math.max(1, operation.complete - operation.invoke)) * 3);
    bars.set(bar, (bars.get(bar) ?? 0) + 1);
  }
  const most = Math.max(1, ...bars.values());
  const rows = [...bars].sort(([a], [b]) => a - b).map(([bar, count]) => el("tr", {},
    el("th", { scope: "row" }, `${duration(Math.round(10 ** (bar / 3)))} – ${duration(Math.round(10 ** ((bar + 1) / 3)))}`),
    el("td", {}, el("meter", { min: "0", max: String(most), value: String(count), "aria-label": String(count) })),
    el("td", { class: "number" }, count.toLocaleString("en"))));
  return el("table", { class: "distribution" }, el("caption", {}, "How long answered operations took"), el("tbody", {}, ...rows));
}

// Two runs in the same charts; `axis` has the window and the faults of both.
export function comparedMetrics(axis: Run, runs: [Run, Run], names: [string, string], focus: Focus): HTMLElement {
  const [a, b] = runs.map((run) => overTime({ ...run, window: axis.window }));
  const pair = (left: Curve, right: Curve): Curve[] =>
    [{ ...left, name: names[0], dash: "" }, { ...right, name: names[1], dash: "6 4" }];
  const titles = ["half of all", "99 of 100", "slowest"];
  return panel("metrics", "How clients were served, in both", "Shaded: something was wrong with the world, in either.",
    el("div", { class: "charts" },
      chart(axis, focus, "Operations answered a second", perSecond, pair(a.rate[0], b.rate[0]), false),
      chart(axis, focus, "Operations refused or unknown a second", perSecond, pair(a.rate[1], b.rate[1]), false),
      ...titles.map((title, k) => chart(axis, focus, `How long an answer took: ${title} (logarithmic)`, duration, pair(a.latency[k], b.latency[k]), true))));
}

const perSecond = (value: number) => `${Math.round(value).toLocaleString("en")}/s`;

export function metrics(run: Run, focus: Focus): HTMLElement {
  const { rate, latency } = overTime(run);
  const named = run.series.map((each) => chart(run, focus, each.name + (each.every > 1 ? ` (every ${each.every}th point)` : ""),
    (value) => value.toPrecision(3), [{ name: each.name, dash: "", points: each.points.filter(([at]) => at >= run.window.from && at <= run.window.to) }], false));
  const latencies = run.latencies.length === 0 ? null : scroller("Latencies", el("table", {}, el("thead", {}, el("tr", {},
    ...["", "count", "p50", "p90", "p99", "p99.9", "max"].map((title) => el("th", { scope: "col" }, title)))),
  el("tbody", {}, ...run.latencies.map((each) => el("tr", {}, el("th", { scope: "row" }, each.name), el("td", { class: "number" }, each.count.toLocaleString("en")),
    ...each.quantiles.map((value) => el("td", { class: "number" }, duration(value))))))));
  return panel("metrics", "How clients were served", "Shaded: something was wrong with the world.",
    el("div", { class: "charts" }, chart(run, focus, "Operations a second", perSecond, rate, false),
      chart(run, focus, "How long an answer took (logarithmic)", duration, latency, true), distribution(run), ...named),
    latencies);
}
