// Where two runs differ: which rows they share, and when the difference reaches each node.
import { Kind, type Run } from "./run";

// A row without its number: two runs number their events differently once they have parted.
function keyOf(run: Run, i: number): string {
  const { rows, texts, nodes } = run;
  const name = (node: number) => nodes[node]?.name ?? "";
  const fields = rows.fields === null ? "" : texts[rows.fields[i]];
  return `${rows.kind[i]} ${rows.fate[i]} ${rows.began[i]} ${rows.ended[i]} ${name(rows.from[i])} ${name(rows.to[i])} ${texts[rows.type[i]]} ${fields}`;
}

// By row of each run: 1 when the other has the same.
export function commonRows(runs: [Run, Run]): [Uint8Array, Uint8Array] {
  const keys = runs.map((run) => Array.from({ length: run.rows.count }, (_, i) => keyOf(run, i)));
  const sets = keys.map((all) => new Set(all));
  return [Uint8Array.from(keys[0], (key) => Number(sets[1].has(key))), Uint8Array.from(keys[1], (key) => Number(sets[0].has(key)))];
}

export interface Reached { node: string; at: number; rows: [number | null, number | null] }  // rows: of each run, what was first

// For each node the first thing that it did or that happened to it in one run alone, by time: how the difference
// spreads. Before `from` nothing is compared.
export function spread(runs: [Run, Run], common: [Uint8Array, Uint8Array], from: number): Reached[] {
  const reached = new Map<string, Reached>();
  runs.forEach((run, side) => {
    const { rows } = run;
    const note = (node: number, at: number, row: number) => {
      if (at < from || run.nodes[node] === undefined) return;
      const name = run.nodes[node].name;
      let found = reached.get(name);
      if (found === undefined) reached.set(name, found = { node: name, at, rows: [null, null] });
      found.at = Math.min(found.at, at);
      const before = found.rows[side];
      if (before === null || at < timeOf(run, before, name)) found.rows[side] = row;
    };
    for (let i = 0; i < rows.count; i++) {
      if (common[side][i] === 1) continue;
      if (rows.kind[i] === Kind.message) note(rows.from[i], rows.began[i], i);
      if (rows.kind[i] !== Kind.message || rows.fate[i] === 0 || rows.fate[i] === 3) note(rows.to[i], rows.ended[i], i);
    }
  });
  return [...reached.values()].sort((a, b) => a.at - b.at || a.node.localeCompare(b.node));
}

// When a row is of this node: its sending there, or its arrival.
function timeOf(run: Run, row: number, node: string): number {
  return run.nodes[run.rows.from[row]]?.name === node ? run.rows.began[row] : run.rows.ended[row];
}
