// Elements. Every text of a run becomes a text node, so none of it is ever markup.

export type Child = Element | string | null;
type Attributes = Record<string, string | boolean | ((event: Event) => void)>;

export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K, attributes: Attributes = {}, ...children: Child[]): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (typeof value === "string") element.setAttribute(name, value);
    else if (value) element.setAttribute(name, "");
  }
  for (const child of children) if (child !== null) element.append(child);
  return element;
}

export function panel(id: string, title: string, hint: string, ...children: Child[]): HTMLElement {
  return el("section", { id, "aria-labelledby": `${id}-title` },
    el("h2", { id: `${id}-title` }, title), hint === "" ? null : el("p", { class: "hint" }, hint), ...children);
}

// What is wider than a narrow window is moved by keys as well.
export function scroller(label: string, ...children: Child[]): HTMLElement {
  return el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": label }, ...children);
}

// Puts children in the place of those that are there. The focus stays where it was, by `data-key`, or on the place.
export function refill(place: HTMLElement, ...children: Child[]): void {
  const active = document.activeElement;
  const had = active instanceof HTMLElement && active !== place && place.contains(active) ? active.dataset.key ?? "" : null;
  place.replaceChildren(...children.filter((child) => child !== null));
  if (had === null) return;
  const same = had === "" ? null : place.querySelector<HTMLElement>(`[data-key="${CSS.escape(had)}"]`);
  if (same === null && !place.hasAttribute("tabindex")) place.setAttribute("tabindex", "-1");
  (same ?? place).focus({ preventScroll: true });
}

// What is folded away on a screen is printed, and folded again.
export function unfoldForPrint(root: HTMLElement): void {
  let folded: HTMLDetailsElement[] = [];
  addEventListener("beforeprint", () => {
    folded = [...root.querySelectorAll("details")].filter((each) => !each.open && !each.classList.contains("keys"));
    folded.forEach((each) => { each.open = true; });
  });
  addEventListener("afterprint", () => { folded.forEach((each) => { each.open = false; }); });
}

export const symbols: Record<string, string> = {
  held: "✓", violated: "✗", unknown: "?", weak: "≈", "assumption broken": "!", "assumption-broken": "!", invalid: "∅",
  ok: "✓", fail: "✗",
};

export function svg(tag: string, attributes: Record<string, string | number>, text = ""): SVGElement {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  if (text !== "") element.textContent = text;
  return element;
}
