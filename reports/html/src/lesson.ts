// Teaching mode: the situation and a question; the run is shown when there is a prediction.
import { el, panel, unfoldForPrint } from "./dom";
import type { Change, Lesson } from "./run";

// As tools/lesson/lesson_text.cpp says it in a terminal.
function outcome({ seeds, accepted, firstFailure }: NonNullable<Change["outcome"]>): HTMLElement {
  const holds = accepted === seeds;
  return el("p", { class: holds ? "outcome good" : "outcome bad" }, holds ? `✓ It holds with all of ${seeds} seeds.` :
    `✗ It fails with ${seeds - accepted} of ${seeds} seeds, first with seed ${firstFailure ?? "?"}.`);
}

// A word of a command line as a shell wants it.
const quoted = (word: string) => `'${word.replaceAll("'", "'\\''")}'`;

function changeItem(lesson: Lesson, change: Change, i: number, chosen: number): HTMLElement {
  const letter = String.fromCharCode(97 + i);
  return el("li", {}, el("p", { class: "change" }, `${letter}. ${change.text}`),
    el("p", { class: "sets" }, "It sets ", ...change.set.flatMap((each, k) => [k === 0 ? "" : ", ", el("code", {}, `--set ${quoted(each)}`)])),
    lesson.tryAt === "" ? null : el("p", {}, el("a", { href: `${lesson.tryAt}${letter}&answer=${chosen + 1}` }, `Try change ${letter} with 100 seeds`)),
    change.outcome === null ? null : el("details", {}, el("summary", {}, `What comes of change ${letter}, with ${change.outcome.seeds} seeds`),
      outcome(change.outcome), el("p", {}, change.why),
      el("p", {}, "Try it again: ", el("code", {}, `tools/lightcone lesson ${lesson.name} --try ${letter}`))));
}

function told(lesson: Lesson, chosen: number): HTMLElement {
  const right = chosen === lesson.cameTrue;
  const result = el("p", { class: right ? "result right" : "result wrong", role: "status", tabindex: "-1" },
    right ? `✓ You predicted ${chosen + 1}, and so it was.` : `✗ You predicted ${chosen + 1}. It was ${lesson.cameTrue + 1}: ${lesson.choices[lesson.cameTrue]}`);
  return el("div", {}, result, el("p", { class: "misconception" }, el("b", {}, "A common misconception: "), lesson.misconception),
    el("h3", {}, "How would you mend it? Decide first, and then see what comes of it."),
    el("ol", { class: "changes" }, ...lesson.changes.map((change, i) => changeItem(lesson, change, i, chosen))));
}

// `reveal` builds the rest of the page, once. `predicted`, when the panel is in the page, makes the prediction that
// was made before.
export function lessonPanel(lesson: Lesson, reveal: () => void): { panel: HTMLElement; predicted: () => void } {
  const answer = el("div", { class: "answer" });
  const buttons = lesson.choices.map((text, i) => el("button", { click: () => choose(i) }, `${i + 1}. ${text}`));
  const choose = (chosen: number) => {
    buttons.forEach((button, i) => { button.disabled = true; if (i === chosen) button.setAttribute("aria-pressed", "true"); });
    answer.replaceChildren(told(lesson, chosen));
    reveal();
    answer.querySelector<HTMLElement>(".result")?.focus();
  };
  unfoldForPrint(answer);
  const whole = panel("lesson", "Before you look", "", el("p", { class: "situation" }, lesson.situation), el("p", { class: "question" }, lesson.prediction),
    el("ol", { class: "choices" }, ...buttons.map((button) => el("li", {}, button))), answer);
  return { panel: whole, predicted: () => { if (lesson.answer !== null) choose(lesson.answer); } };
}
