// Looks at the page as it is shown and tells, one line each, what would keep somebody from using it.
const faults = [];
const fault = (text) => faults.push(text);
const all = (css) => [...document.querySelectorAll(css)];
const show = (element) => element.outerHTML.slice(0, 120);
const byId = (id) => document.getElementById(id);

// One language, one title, one heading, one main part.
if (!/^(en|ru)$/.test(document.documentElement.lang)) fault(`html lang is "${document.documentElement.lang}"`);
if (!document.title.trim()) fault("no title");
for (const [css, count] of [["h1", 1], ["main", 1], ["title", 1]]) {
  if (all(css).length !== count) fault(`${all(css).length} elements at ${css}`);
}

// Headings go down one level at a time.
let level = 0;
for (const heading of all("h1, h2, h3, h4, h5, h6")) {
  const next = Number(heading.tagName[1]);
  if (next > level + 1) fault(`heading level ${next} after ${level}: ${show(heading)}`);
  if (!heading.textContent.trim()) fault(`an empty heading: ${show(heading)}`);
  level = next;
}

// Ids are unique, and whatever refers to one finds it.
const ids = all("[id]").map((element) => element.id);
for (const id of new Set(ids)) {
  if (ids.filter((other) => other === id).length > 1) fault(`the id "${id}" is there more than once`);
}
for (const name of ["for", "aria-describedby", "aria-labelledby", "aria-controls", "headers", "list"]) {
  for (const element of all(`[${name}]`)) {
    for (const id of element.getAttribute(name).split(/\s+/)) {
      if (!id || !byId(id)) fault(`${name}="${id}" leads nowhere: ${show(element)}`);
    }
  }
}
for (const link of all("a[href^='#']")) {
  const id = link.getAttribute("href").slice(1);
  if (id && !byId(id)) fault(`the link to #${id} leads nowhere`);
}

// Everything that can be used has a name.
const named = (element) =>
  (element.getAttribute("aria-label") || "").trim() ||
  (element.getAttribute("aria-labelledby") || "").split(/\s+/).map((id) => byId(id)?.textContent || "").join("").trim() ||
  [...(element.labels || [])].map((label) => label.textContent).join("").trim() ||
  (["A", "BUTTON", "SUMMARY"].includes(element.tagName) ? element.textContent.trim() : "") ||
  [...element.querySelectorAll("img[alt]")].map((image) => image.alt).join("").trim();
for (const element of all("a[href], button, summary, select, textarea, input:not([type=hidden])")) {
  if (!named(element)) fault(`no name: ${show(element)}`);
}
for (const image of all("img")) if (!image.hasAttribute("alt")) fault(`no alt: ${show(image)}`);
for (const image of all("img")) if (!image.complete || !image.naturalWidth) fault(`not loaded: ${show(image)}`);
for (const group of all("fieldset")) if (!group.querySelector(":scope > legend")) fault(`no legend: ${show(group)}`);
for (const table of all("table")) if (!table.querySelector("th")) fault(`no header cells: ${show(table)}`);
for (const list of all("ul, ol")) {
  for (const child of list.children) if (child.tagName !== "LI") fault(`in a list: ${show(child)}`);
}
for (const element of all("[tabindex]")) if (element.tabIndex > 0) fault(`order of its own: ${show(element)}`);
if (all("nav").length > 1) {
  for (const nav of all("nav")) if (!named(nav)) fault(`one of several, unnamed: ${show(nav)}`);
}

// The policy that the page is served with forbids these; they would silently not work.
for (const element of all("[style], style, script:not([src]), iframe, object, embed")) fault(`inline: ${show(element)}`);
for (const element of all("*")) {
  for (const attribute of element.attributes) {
    if (/^on/.test(attribute.name)) fault(`a handler: ${show(element)}`);
    if (/^(href|src|action)$/.test(attribute.name) && /^(javascript|data):/i.test(attribute.value)) fault(`a script address: ${show(element)}`);
  }
}

// Nothing hangs over the edge (WCAG 1.4.10).
const width = document.documentElement.clientWidth;
if (document.documentElement.scrollWidth > width) {
  const wide = all("body *").filter((element) => element.getBoundingClientRect().right > width + 1);
  fault(`${document.documentElement.scrollWidth} pixels wide on a screen of ${width}: ${wide.slice(0, 3).map(show).join(" ; ")}`);
}

// Controls are large enough to hit (WCAG 2.5.8); links in running text are exempt.
const shown = (element) => {
  const box = element.getBoundingClientRect();
  const style = getComputedStyle(element);
  return box.width > 1 && box.height > 1 && style.visibility !== "hidden" && style.opacity !== "0" &&
    !element.closest("[aria-hidden=true]") && box.right > 0 && box.bottom + scrollY > 0;
};
for (const element of all("button, summary, select, textarea, input:not([type=hidden]), a.button")) {
  if (!shown(element)) continue;
  const box = element.getBoundingClientRect();
  const label = element.labels?.[0]?.getBoundingClientRect();
  const height = Math.max(box.height, label ? label.height : 0);
  const across = Math.max(box.width, label ? label.width : 0);
  if (height < 24 || across < 24) fault(`${across} by ${height} pixels is small: ${show(element)}`);
}

// Text stands out from what is behind it (WCAG 1.4.3).
const canvas = document.createElement("canvas");
canvas.width = canvas.height = 1;
const brush = canvas.getContext("2d", { willReadFrequently: true });
const paint = (color) => {
  brush.clearRect(0, 0, 1, 1);
  brush.fillStyle = color;
  brush.fillRect(0, 0, 1, 1);
  return [...brush.getImageData(0, 0, 1, 1).data];
};
const over = (top, below) => {
  const alpha = top[3] / 255;
  return [0, 1, 2].map((at) => top[at] * alpha + below[at] * (1 - alpha)).concat(255);
};
const behind = (element) => {
  const layers = [];
  for (let at = element; at; at = at.parentElement) layers.push(paint(getComputedStyle(at).backgroundColor));
  return layers.reverse().reduce((below, top) => over(top, below), [255, 255, 255, 255]);
};
const luminance = (color) => {
  const [r, g, b] = color.slice(0, 3).map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
for (let node = texts.nextNode(); node; node = texts.nextNode()) {
  const element = node.parentElement;
  if (!node.data.trim() || !shown(element) || element.closest("[disabled], option")) continue;
  const style = getComputedStyle(element);
  const ground = behind(element);
  const lights = [luminance(over(paint(style.color), ground)), luminance(ground)].sort((a, b) => b - a);
  const contrast = (lights[0] + 0.05) / (lights[1] + 0.05);
  const size = parseFloat(style.fontSize);
  const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
  if (contrast < (large ? 3 : 4.5)) fault(`contrast ${contrast.toFixed(2)}: "${node.data.trim().slice(0, 40)}" in ${show(element)}`);
}

return faults;
