// C: what went wrong, in words, each sentence linked to its place in the diagram.
import { el, panel } from "./dom";
import type { Focus } from "./focus";
import { seconds, type Claim, type Operation, type Run } from "./run";

export function operationText(run: Run, operation: Operation): string {
  const who = run.nodes[operation.process]?.name ?? `process ${operation.process}`;
  const argument = operation.value === "null" ? "" : ` ${operation.value}`;
  const answer = operation.outcome === "ok" ? `was answered ${operation.result}` :
    operation.outcome === "fail" ? `was refused${operation.error === "" ? "" : `: ${operation.error}`}` : `never learned the outcome${operation.error === "" ? "" : `: ${operation.error}`}`;
  return `${who}: ${operation.f} ${operation.key === "null" ? "" : operation.key}${argument} ${answer}`;
}

function link(focus: Focus, at: number, text: string, event = 0): HTMLElement {
  return el("li", {}, el("button", { class: "link", click: () => focus.show(event, at) }, seconds(at)), ` ${text}`);
}

function circumstances(run: Run, focus: Focus, until: number): HTMLElement | null {
  const before = run.faults.filter((fault) => fault.began <= until);
  if (before.length === 0) return null;
  return el("div", {}, el("h3", {}, "What had been done to the system by then"),
    before.length > 12 ? el("p", { class: "hint" }, `The last 12 of ${before.length} faults.`) : null,
    el("ol", {}, ...before.slice(-12).map((fault) => link(focus, fault.began, `${fault.what}${fault.effect === "" ? "" : ` – ${fault.effect}`}`))));
}

function argument(run: Run, focus: Focus, claim: Claim): HTMLElement {
  const operations = claim.operations.flatMap((position) => run.operationAt.get(position) ?? []).sort((a, b) => a.invoke - b.invoke);
  const steps = claim.reason.map((step) => {
    const first = run.operationAt.get(step.operations[0] ?? -1);
    return first === undefined ? el("li", {}, step.text) : link(focus, first.invoke, step.text);
  });
  const until = claim.finding?.at ?? Math.max(...operations.map((operation) => operation.complete ?? operation.invoke), 0);
  return el("article", {},
    el("h3", {}, `Promised: ${claim.statement}`),
    claim.summary === "" ? null : el("p", { class: "summary" }, claim.summary),
    claim.finding === null ? null : claim.finding.text === claim.summary ? el("p", {}, "Seen inside at ",
      el("button", { class: "link", click: () => focus.show(claim.finding!.event, claim.finding!.at) }, seconds(claim.finding.at)), ".") : el("ol", {}, link(focus, claim.finding.at, claim.finding.text, claim.finding.event)),
    operations.length === 0 ? null : el("div", {}, el("h3", {}, "The operations that cannot all be explained"),
      el("ol", {}, ...operations.slice(0, 16).map((operation) => link(focus, operation.invoke, operationText(run, operation)))),
      operations.length > 16 ? el("p", { class: "hint" }, `The first 16 of ${operations.length}; the table of operations has all.`) : null),
    steps.length === 0 ? null : el("div", {}, el("h3", {}, "Why not"), el("ol", {}, ...steps)),
    circumstances(run, focus, until));
}

export function explanation(run: Run, focus: Focus): HTMLElement {
  const broken = run.claims.filter((claim) => claim.verdict !== "held");
  const first = broken.find((claim) => claim.explained) ?? broken[0];
  const off = run.bugs.map((bug) => el("p", {}, `The safeguard that was off: ${bug.removes}. `, bug.reference === "" ? null : el("small", {}, `See ${bug.reference}.`)));
  return panel("explanation", first === undefined ? "What happened" : "What went wrong",
    "Click a time to see it in the diagram.",
    first === undefined ? circumstances(run, focus, run.end) ?? el("p", {}, run.recorded ? "What was done to the system was not recorded." : "Nothing was done to the system.") : argument(run, focus, first),
    first === undefined ? el("p", {}, "No promise was broken. Each was judged from what the clients saw or from inside; see above.") : null,
    ...off,
    run.lookFor === "" ? null : el("p", {}, el("b", {}, "Look for: "), run.lookFor),
    run.meaning === "" ? null : el("p", {}, el("b", {}, "What it means: "), run.meaning));
}
