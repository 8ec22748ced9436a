// Teaching mode: the situation and a question; the run is shown when there is a prediction.
import { el, panel } from "./dom";
import type { Lesson } from "./run";

function told(lesson: Lesson, chosen: number): HTMLElement {
  const right = chosen === lesson.cameTrue;
  const result = el("p", { class: right ? "result right" : "result wrong", role: "status", tabindex: "-1" },
    right ? `✓ You predicted ${chosen + 1}, and so it was.` : `✗ You predicted ${chosen + 1}. It was ${lesson.cameTrue + 1}: ${lesson.choices[lesson.cameTrue]}`);
  const letter = (i: number) => String.fromCharCode(97 + i);
  const change = (text: string, i: number) => el("li", {}, `${text} `, el("code", {}, `tools/lightcone lesson ${lesson.name} --try ${letter(i)}`));
  return el("div", {}, result, el("p", {}, lesson.misconception), el("h3", {}, "How would you mend it? Each can be tried on 100 seeds."),
    el("ul", {}, ...lesson.changes.map(change)));
}

// `reveal` builds the rest of the page, once.
export function lessonPanel(lesson: Lesson, reveal: () => void): HTMLElement {
  const answer = el("div", { class: "answer" });
  const buttons = lesson.choices.map((text, i) => el("button", { click: () => choose(i) }, `${i + 1}. ${text}`));
  const choose = (chosen: number) => {
    buttons.forEach((button, i) => { button.disabled = true; if (i === chosen) button.setAttribute("aria-pressed", "true"); });
    answer.replaceChildren(told(lesson, chosen));
    reveal();
    answer.querySelector<HTMLElement>(".result")?.focus();
  };
  return panel("lesson", "Before you look", "", el("p", { class: "situation" }, lesson.situation), el("p", { class: "question" }, lesson.prediction),
    el("ol", { class: "choices" }, ...buttons.map((button) => el("li", {}, button))), answer);
}
