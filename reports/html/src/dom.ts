// Elements. Every text of a run becomes a text node, so none of it is ever markup.

type Child = Element | string | null;
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
