// Where the reader looks: an instant, and a selected event or operation. Panels listen to changes.
import type { Operation, Run } from "./run";

export class Focus {
  at: number;
  row: number | null = null;  // the selected row: its arrival, when it is a message
  operation: Operation | null = null;  // or the selected operation
  private readonly listeners: (() => void)[] = [];

  // `window`: where it can go, if that is more than what is held of the run.
  constructor(readonly run: Run, private readonly window: { from: number; to: number } = run.window) { this.at = window.from; }

  listen(listener: () => void): void { this.listeners.push(listener); }

  moveTo(at: number): void {
    this.at = Math.min(Math.max(at, this.window.from), this.window.to);
    this.tell();
  }
  select(row: number | null): void {
    this.row = row;
    this.operation = null;
    if (row !== null) this.at = Math.min(this.run.rows.ended[row], this.window.to);
    this.tell();
  }
  selectOperation(operation: Operation): void {
    this.row = null;
    this.operation = operation;
    this.moveTo(operation.invoke);
  }
  // The event of this number, or else the instant.
  show(number: number, at: number): void {
    const row = this.run.rowOf.get(number);
    if (row === undefined || number === 0) { this.row = null; this.moveTo(at); }
    else this.select(row);
  }
  private tell(): void { for (const listener of this.listeners) listener(); }
}
