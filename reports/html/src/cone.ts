// The light cone of an event: what could have caused it, and what it could have caused. Something on a node can
// have mattered for all that comes later on the node, and a message for what comes after its arrival
// (happened-before; Lamport 1978). Of an operation: what it could have caused and what could have caused its answer.
import { above, Fate, type Operation, type Run } from "./run";

export interface Cone {
  past: Float64Array;    // by node: the latest instant that can have mattered; -Infinity: none
  future: Float64Array;  // the earliest that can have been touched; Infinity: none
  chain: Set<number>;    // rows that lead to the event directly: each caused the next
  between: boolean;      // of an operation: only what is in both is in it
}

const orders = new WeakMap<Run, Uint32Array>();
// Rows in the order in which they happened: messages as they arrived.
export function byArrival(run: Run): Uint32Array {
  let order = orders.get(run);
  if (order === undefined) {
    order = Uint32Array.from({ length: run.rows.count }, (_, i) => i);
    const ended = run.rows.ended;
    order.sort((a, b) => ended[a] - ended[b] || a - b);
    orders.set(run, order);
  }
  return order;
}

const arrives = ({ rows }: Run, i: number) => (rows.fate[i] === Fate.delivered || rows.fate[i] === Fate.duplicate) &&
  rows.from[i] !== rows.to[i] && rows.from[i] >= 0;

function pastOf(run: Run, node: number, at: number): Float64Array {
  const { rows } = run;
  const past = new Float64Array(run.nodes.length).fill(-Infinity);
  if (node in past) past[node] = at;
  // One pass suffices: a message that a later pass would add was sent before one that is there already.
  const order = byArrival(run);
  for (let k = order.length - 1; k >= 0; k--) {
    const i = order[k];
    if (rows.ended[i] <= past[rows.to[i]] && rows.began[i] > past[rows.from[i]] && arrives(run, i)) past[rows.from[i]] = rows.began[i];
  }
  return past;
}

function futureOf(run: Run, node: number, at: number): Float64Array {
  const { rows } = run;
  const future = new Float64Array(run.nodes.length).fill(Infinity);
  if (node in future) future[node] = at;
  for (let i = above(rows.began, at - 1); i < rows.count; i++)
    if (rows.began[i] >= future[rows.from[i]] && rows.ended[i] < future[rows.to[i]] && arrives(run, i)) future[rows.to[i]] = rows.ended[i];
  return future;
}

function chainTo(run: Run, row: number | undefined, since: number): Set<number> {
  const chain = new Set<number>();
  for (let i = row; i !== undefined && !chain.has(i) && run.rows.began[i] >= since; i = run.rowOf.get(run.rows.cause[i])) chain.add(i);
  return chain;
}

export function coneOf(run: Run, row: number): Cone {
  const { rows } = run;
  const node = rows.fate[row] === Fate.lost || rows.fate[row] === Fate.underWay ? rows.from[row] : rows.to[row];
  const at = node === rows.from[row] ? rows.began[row] : rows.ended[row];
  return { past: pastOf(run, node, at), future: futureOf(run, node, at), chain: chainTo(run, row, -Infinity), between: false };
}

// The event in which its client got the answer: the last that happened there at that instant.
function answerOf(run: Run, operation: Operation): number | undefined {
  if (operation.complete === null) return undefined;
  const { rows } = run;
  const order = byArrival(run);
  const ended = { length: order.length, at: (k: number) => rows.ended[order[k]] };
  let low = 0;
  let high = ended.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ended.at(middle) <= operation.complete) low = middle + 1;
    else high = middle;
  }
  for (let k = low - 1; k >= 0 && ended.at(k) === operation.complete; k--)
    if (rows.to[order[k]] === operation.process && rows.fate[order[k]] !== Fate.lost) return order[k];
  return undefined;
}

export function coneOfOperation(run: Run, operation: Operation): Cone {
  return {
    past: pastOf(run, operation.process, operation.complete ?? run.end), future: futureOf(run, operation.process, operation.invoke),
    chain: chainTo(run, answerOf(run, operation), operation.invoke), between: true,
  };
}

export function isInCone(run: Run, { past, future, between }: Cone, i: number): boolean {
  const { rows } = run;
  const before = rows.ended[i] <= past[rows.to[i]];
  const after = rows.began[i] >= future[rows.from[i]];
  return between ? before && after : before || after;
}
