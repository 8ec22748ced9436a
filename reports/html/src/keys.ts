// Keys that act wherever the reader is, unless a control has a use of its own for them.

import { el } from "./dom";

export type Key = [key: string, meaning: string, act: () => void];

export function listenTo(keys: Key[]): void {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const target = event.target as HTMLElement;
    const isBox = target instanceof HTMLInputElement && target.type === "checkbox";
    if (/^(INPUT|SELECT)$/.test(target.tagName) && !isBox) return;
    if (event.key.startsWith("Arrow") && target.closest(".scroll, .cut") === target) return;
    if (event.key === " " && (isBox || /^(BUTTON|SUMMARY)$/.test(target.tagName))) return;
    const found = keys.find(([key]) => key === event.key);
    if (found === undefined) return;
    event.preventDefault();
    found[2]();
  });
}

export function keyList(keys: Key[]): HTMLElement {
  return el("details", { class: "keys" }, el("summary", {}, "Keys"), el("dl", {}, ...keys.flatMap(([key, meaning]) =>
    [el("dt", {}, el("kbd", {}, key === " " ? "Space" : key)), el("dd", {}, meaning)])));
}
