// A run as the program wrote it (reports/html/page_data.cpp), and its tables as typed columns. Times are
// nanoseconds of true time since the start.

export interface Node { name: string; role: string }
export interface Fault { kind: string; what: string; began: number; ended: number; effect: string; nodes: number[] }
export interface Landmark { what: string; at: number; node: number; name: string; text: string; event: number }
export interface Finding { text: string; at: number; event: number; nodes: number[] }
// `relation`: of a step that one operation precedes another by, what joins them: "ww", "wr", "rw", "real time", ...
export interface Reason { text: string; operations: number[]; relation: string }
export interface Claim {
  id: string; statement: string; assumption: string; verdict: string; anomaly: string; summary: string;
  operations: number[];
  certificate: number[];  // of linearizability: positions in an order that explains every answer, key by key
  reason: Reason[]; finding: Finding | null; explained: boolean;
}
export interface Operation {
  position: number; process: number; f: string; key: string; value: string; result: string;
  outcome: "ok" | "fail" | "unknown"; invoke: number; complete: number | null; node: string; error: string;
}
export interface Rows {
  count: number; kind: Uint8Array; fate: Uint8Array; number: Float64Array; cause: Float64Array;
  began: Float64Array; ended: Float64Array; from: Int32Array; to: Int32Array; type: Int32Array;
  fields: Int32Array | null; why: Int32Array;
}
export interface Changes {
  count: number; at: Float64Array; number: Float64Array; node: Int32Array; field: Int32Array; value: Int32Array;
}
// Clocks that are off: by node, at ascending instants, wall clock minus true time.
export interface Clock { at: number[]; error: number[] }
export interface Latency { name: string; count: number; quantiles: number[] }
export interface Change {
  text: string; set: string[]; why: string;
  outcome: { seeds: number; accepted: number; firstFailure: string | null } | null;  // null: it was not tried
}
export interface Lesson {
  name: string; situation: string; prediction: string; choices: string[]; cameTrue: number; misconception: string; changes: Change[];
  answer: number | null;  // predicted before the page was there
  tryAt: string;          // of a page from a server: where a change is tried, its letter behind
}
export interface Series { name: string; points: [number, number][]; every: number }

export const enum Kind { message, timer, synced, woken }
export const enum Fate { delivered, lost, underWay, duplicate }

export interface Run {
  title: string; file: string; question: string; lookFor: string; meaning: string; model: string; profile: string;
  bugs: { name: string; removes: string; reference: string }[];
  seed: string; fingerprint: string; events: number; end: number;
  phases: { faultsBegin: number; heal: number };
  recorded: boolean;  // nothing was run: it is a history that somebody recorded
  verdict: string; asExpected: boolean; expected: string; invalidBecause: string[]; reproduce: string;
  claims: Claim[]; scenario: string;
  before: string;  // the scenario that it was cut down from, if it was
  nodes: Node[]; faults: Fault[]; landmarks: Landmark[];
  operations: Operation[]; rows: Rows; changes: Changes; clocks: Clock[]; latencies: Latency[]; series: Series[];
  window: { from: number; to: number; whole: boolean; rows: number; operations: number; fields: boolean };
  texts: string[];
  lesson?: Lesson;                   // then the page asks before it shows
  rowOf: Map<number, number>;        // an event's number, its first row
  operationAt: Map<number, Operation>;  // by position in the history
  slow: number;                      // a message under way for longer was held up
}

// Two runs, and where they part (reports/html/comparison_data.cpp).
export interface Parting {
  differs: boolean; same: number; at: number; left: string; right: string; names: [string, string];
  rows: [string, string, string][];  // what is said of both: label, left, right
}
export interface Comparison { parting: Parting; runs: [Run, Run] }

async function inflated(base64: string): Promise<string> {
  if (typeof DecompressionStream === "undefined")
    throw new Error("This browser is too old to unpack the run: it needs DecompressionStream (browsers of 2023 and later).");
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = text.charCodeAt(i);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Response(stream).text();
}

function summed(steps: number[]): Float64Array {
  const out = new Float64Array(steps.length);
  let sum = 0;
  for (let i = 0; i < steps.length; i++) out[i] = sum += steps[i];
  return out;
}

// The tables of the file, before they are columns.
interface RawRows {
  kind: number[]; fate: number[]; dnumber: number[]; cause: number[]; dbegan: number[]; took: number[];
  from: number[]; to: number[]; type: number[]; fields: number[]; why: number[];
}
interface RawChanges { dat: number[]; dnumber: number[]; node: number[]; field: number[]; value: number[] }
type RawOperation = [number, number, string, string, string, string, number, number, number, string, string];

function rowsOf(raw: RawRows, hasFields: boolean, end: number): Rows {
  const number = summed(raw.dnumber);
  const began = summed(raw.dbegan);
  return {
    count: raw.kind.length, kind: Uint8Array.from(raw.kind), fate: Uint8Array.from(raw.fate), number, began,
    cause: Float64Array.from(raw.cause, (back, i) => (back === 0 ? 0 : number[i] - back)),
    ended: Float64Array.from(raw.took, (took, i) => (took < 0 ? end : began[i] + took)),
    from: Int32Array.from(raw.from), to: Int32Array.from(raw.to), type: Int32Array.from(raw.type),
    fields: hasFields ? Int32Array.from(raw.fields) : null, why: Int32Array.from(raw.why),
  };
}

function operationOf(raw: RawOperation): Operation {
  const [position, process, f, key, value, result, outcome, invoke, took, node, error] = raw;
  return {
    position, process, f, key, value, result, outcome: (["ok", "fail", "unknown"] as const)[outcome], invoke,
    complete: took < 0 ? null : invoke + took, node, error,
  };
}

function clocksOf(raw: [number, number, number][], nodes: number): Clock[] {
  const clocks = Array.from({ length: nodes }, (): Clock => ({ at: [], error: [] }));
  for (const [at, node, error] of raw) {
    clocks[node].at.push(at);
    clocks[node].error.push(error);
  }
  return clocks;
}

// Ten times the median: what is that late was held up by somebody.
function slowness(rows: Rows): number {
  const sample: number[] = [];
  const stride = Math.max(1, Math.floor(rows.count / 5000));
  for (let i = 0; i < rows.count; i += stride)
    if (rows.kind[i] === Kind.message && rows.fate[i] === Fate.delivered) sample.push(rows.ended[i] - rows.began[i]);
  sample.sort((a, b) => a - b);
  return sample.length === 0 ? Infinity : 10 * sample[sample.length >> 1];
}

export async function read(base64: string): Promise<Run | Comparison> {
  const raw = JSON.parse(await inflated(base64));
  return raw.parting === undefined ? runOf(raw) : { parting: raw.parting, runs: raw.runs.map(runOf) };
}

// What JSON.parse makes of page_data.cpp's text.
function runOf(raw: any): Run {
  const rows = rowsOf(raw.rows as RawRows, raw.window.fields, raw.end);
  const changes = raw.changes as RawChanges;
  const operations = (raw.operations as RawOperation[]).map(operationOf);
  const rowOf = new Map<number, number>();
  for (let i = rows.count - 1; i >= 0; i--) rowOf.set(rows.number[i], i);
  return {
    ...raw, rows, operations, rowOf, slow: slowness(rows), clocks: clocksOf(raw.clocks, raw.nodes.length),
    changes: {
      count: changes.dat.length, at: summed(changes.dat), number: summed(changes.dnumber),
      node: Int32Array.from(changes.node), field: Int32Array.from(changes.field), value: Int32Array.from(changes.value),
    },
    operationAt: new Map(operations.map((operation) => [operation.position, operation])),
  };
}

// The first place in ascending `sorted` whose value is above `value`.
export function above(sorted: ArrayLike<number>, value: number, length = sorted.length): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

export function seconds(ns: number, digits = 3): string { return `${(ns / 1e9).toFixed(digits)} s`; }
export function signed(ns: number): string { return `${ns < 0 ? "−" : "+"}${duration(Math.abs(ns))}`; }
export function duration(ns: number): string {
  if (ns < 1e3) return `${ns} ns`;
  if (ns < 1e6) return `${(ns / 1e3).toPrecision(3)} µs`;
  if (ns < 1e9) return `${(ns / 1e6).toPrecision(3)} ms`;
  return `${(ns / 1e9).toPrecision(3)} s`;
}
