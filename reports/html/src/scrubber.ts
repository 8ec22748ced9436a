// F: moves through the run: to the next event, message, fault, or change of state; plays it.
import { byArrival } from "./cone";
import type { Diagram } from "./diagram";
import { el } from "./dom";
import type { Focus } from "./focus";
import { keyList, listenTo, type Key } from "./keys";
import { above, Kind, seconds, type Run } from "./run";

const fault = (run: Run): Float64Array => Float64Array.from(run.faults.flatMap((each) => [each.began, each.ended])).sort();

export function scrubber(run: Run, focus: Focus, diagram: Diagram): HTMLElement {
  const slider = el("input", { type: "range", min: "0", max: "100000", value: "0", "aria-label": "Instant of the run" });
  const clock = el("output", { class: "clock" });
  const span = run.window.to - run.window.from;
  slider.addEventListener("input", () => { focus.row = null; focus.moveTo(run.window.from + Number(slider.value) / 100000 * span); });
  const faults = fault(run);

  const step = (sorted: ArrayLike<number>, forward: boolean): void => {
    const place = forward ? above(sorted, focus.at) : above(sorted, focus.at - 1) - 1;
    if (place >= 0 && place < sorted.length) { focus.row = null; focus.moveTo(sorted[place]); }
  };
  // In the order in which things happen, so that the clock never goes back on the way on.
  const { kind, ended, count } = run.rows;
  let order: { rows: Uint32Array; ended: Float64Array; place: Uint32Array } | null = null;  // made when it is asked for
  const inOrder = () => {
    if (order !== null) return order;
    const rows = byArrival(run);
    const place = new Uint32Array(count);
    rows.forEach((row, k) => { place[row] = k; });
    return order = { rows, ended: Float64Array.from(rows, (row) => ended[row]), place };
  };
  const stepRow = (messages: boolean, forward: boolean): void => {
    const { rows, ended: sorted, place } = inOrder();
    let k = focus.row !== null ? place[focus.row] : forward ? above(sorted, focus.at) - 1 : above(sorted, focus.at - 1);
    do k += forward ? 1 : -1;
    while (k >= 0 && k < count && messages && kind[rows[k]] !== Kind.message);
    if (k >= 0 && k < count) focus.select(rows[k]);
  };
  let playing: number | null = null;
  const speed = el("select", { "aria-label": "Speed" }, ...["0.001", "0.01", "0.1", "1", "10"].map((each) => el("option", { value: each }, `${each}×`)));
  speed.value = "0.1";
  const play = el("button", { click: () => toggle(), title: "Space" }, "▶ Play");
  function toggle(): void {
    if (playing !== null) { cancelAnimationFrame(playing); playing = null; play.textContent = "▶ Play"; return; }
    play.textContent = "❚❚ Pause";
    focus.row = null;
    let before = performance.now();
    const frame = (now: number) => {
      focus.moveTo(focus.at + (now - before) * 1e6 * Number(speed.value));
      before = now;
      if (focus.at >= run.window.to) { playing = null; play.textContent = "▶ Play"; } else playing = requestAnimationFrame(frame);
    };
    playing = requestAnimationFrame(frame);
  }

  const keys: Key[] = [
    ["n", "next event", () => stepRow(false, true)], ["p", "previous event", () => stepRow(false, false)],
    ["m", "next message", () => stepRow(true, true)], ["M", "previous message", () => stepRow(true, false)],
    ["f", "next fault", () => step(faults, true)], ["F", "previous fault", () => step(faults, false)],
    ["c", "next change of state", () => step(run.changes.at, true)], ["C", "previous change", () => step(run.changes.at, false)],
    [" ", "play or pause", toggle], ["+", "zoom in", () => diagram.zoom(0.5)], ["-", "zoom out", () => diagram.zoom(2)],
    ["0", "show all", () => diagram.show(run.window.from, span)], ["Escape", "clear the selection", () => focus.select(null)],
    ["ArrowRight", "move on", () => { focus.row = null; focus.moveTo(focus.at + (diagram.to - diagram.from) / 50); }],
    ["ArrowLeft", "move back", () => { focus.row = null; focus.moveTo(focus.at - (diagram.to - diagram.from) / 50); }],
  ];
  listenTo(keys);
  const update = () => {
    slider.value = String(Math.round((focus.at - run.window.from) / span * 100000));
    clock.textContent = seconds(focus.at, 6);
    slider.setAttribute("aria-valuetext", clock.textContent);
  };
  focus.listen(update);
  update();
  const button = (key: string, title: string) => {
    const [, meaning, act] = keys.find(([each]) => each === key)!;
    return el("button", { title: `${meaning} (key ${key})`, "aria-label": meaning, click: act }, title);
  };
  return el("div", { id: "scrubber" }, slider, el("div", { class: "controls" }, clock, play, speed,
    button("F", "⚡◀"), button("f", "▶⚡ fault"), button("M", "↗◀"), button("m", "▶↗ message"), button("p", "◀"), button("n", "▶ event"),
    button("C", "≠◀"), button("c", "▶≠ change"), button("+", "+"), button("-", "−"), button("0", "all")),
    keyList(keys));
}
