// A message's text as elements, one by one from a closed list: no markup is ever parsed here.

import { moment, near } from "./clock.js";
import { text } from "./words.js";

const elements = { b: "strong", i: "em", u: "u", s: "s", code: "code", pre: "pre", blockquote: "blockquote" };

export function build(nodes) {
  const out = document.createDocumentFragment();
  for (const node of nodes ?? []) out.append(element(node));
  return out;
}

function element(node) {
  switch (node.t) {
    case undefined:
      return document.createTextNode(node.s ?? "");
    case "a":
      return link(node);
    case "time":
      return instant(node);
    case "spoiler":
      return spoiler(node);
  }
  const e = document.createElement(elements[node.t] ?? "span");
  e.append(build(node.c));
  return e;
}

function link(node) {
  const e = document.createElement("a");
  if (/^(https?|tel|mailto):/i.test(node.href)) e.href = node.href;
  e.rel = "noopener noreferrer";
  if (/^https?:/i.test(node.href)) e.target = "_blank";
  e.append(build(node.c));
  return e;
}

function instant(node) {
  const at = new Date(node.unix * 1000);
  const e = document.createElement("time");
  e.dateTime = at.toISOString();
  e.title = moment(at);
  e.textContent = near(at, new Date());
  return e;
}

function spoiler(node) {
  const hidden = document.createElement("span");
  hidden.className = "spoiler";
  const show = document.createElement("button");
  show.type = "button";
  show.className = "reveal";
  show.textContent = text("hidden_show");
  show.addEventListener("click", () => {
    hidden.tabIndex = -1;
    hidden.replaceChildren(build(node.c));
    hidden.focus();
  });
  hidden.append(show);
  return hidden;
}
