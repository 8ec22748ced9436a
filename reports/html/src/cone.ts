// The light cone of an event: what could have caused it, and what it could have caused. Something on a node can
// have mattered for all that comes later on the node, and a message for what comes after its arrival
// (happened-before; Lamport 1978).
import { Fate, type Run } from "./run";

export interface Cone {
  past: Float64Array;    // by node: the latest instant that can have mattered; -Infinity: none
  future: Float64Array;  // the earliest that can have been touched; Infinity: none
  chain: Set<number>;    // rows that lead to the event directly: each caused the next
}

const orders = new WeakMap<Run, Uint32Array>();  // rows by arrival
function byArrival(run: Run): Uint32Array {
  let order = orders.get(run);
  if (order === undefined) {
    order = Uint32Array.from({ length: run.rows.count }, (_, i) => i);
    const ended = run.rows.ended;
    order.sort((a, b) => ended[a] - ended[b] || a - b);
    orders.set(run, order);
  }
  return order;
}

export function coneOf(run: Run, row: number): Cone {
  const { rows } = run;
  const past = new Float64Array(run.nodes.length).fill(-Infinity);
  const future = new Float64Array(run.nodes.length).fill(Infinity);
  const node = rows.fate[row] === Fate.lost || rows.fate[row] === Fate.underWay ? rows.from[row] : rows.to[row];
  const at = node === rows.from[row] ? rows.began[row] : rows.ended[row];
  if (node in past) past[node] = future[node] = at;
  const arrives = (i: number) => (rows.fate[i] === Fate.delivered || rows.fate[i] === Fate.duplicate) &&
    rows.from[i] !== rows.to[i] && rows.from[i] >= 0;
  // One pass suffices: a message that a later pass would add was sent before one that is there already.
  const order = byArrival(run);
  for (let k = order.length - 1; k >= 0; k--) {
    const i = order[k];
    if (arrives(i) && rows.ended[i] <= past[rows.to[i]] && rows.began[i] > past[rows.from[i]]) past[rows.from[i]] = rows.began[i];
  }
  for (let i = 0; i < rows.count; i++)
    if (arrives(i) && rows.began[i] >= future[rows.from[i]] && rows.ended[i] < future[rows.to[i]]) future[rows.to[i]] = rows.ended[i];
  const chain = new Set<number>();
  for (let i: number | undefined = row; i !== undefined && !chain.has(i); i = run.rowOf.get(rows.cause[i])) chain.add(i);
  return { past, future, chain };
}
