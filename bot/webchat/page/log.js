// The conversation as it is seen: one element a message, ordered by position, changed in place.

import * as clock from "./clock.js";
import { build } from "./nodes.js";
import { text } from "./words.js";

const log = document.getElementById("log");
const scroll = document.getElementById("scroll");
const newer = document.getElementById("newer");
const welcome = document.getElementById("welcome");
const earlier = document.getElementById("earlier");

/** id → {data, element}; data without a position is of this page alone and stands last. */
const messages = new Map();
let tapped = () => {};
let settled = false;

export function onTap(handler) {
  tapped = handler;
}

export function clear() {
  messages.clear();
  log.replaceChildren();
  log.setAttribute("aria-busy", "true");
  settled = false;
}

/** Everything that was there is shown: from here on, what comes is news. */
export function ready() {
  log.setAttribute("aria-busy", "false");
  settled = true;
  arrange();
  toEnd();
}

/** Shows a message in its present state, new or changed. */
export function show(data) {
  const atEnd = nearEnd();
  const old = messages.get(data.id);
  // What the service said of a message is newer than what this page knows by itself.
  if (old?.data.seq !== undefined && (data.seq === undefined || data.seq < old.data.seq)) return;
  const element = old?.element ?? document.createElement("article");
  redraw(element, data);
  messages.set(data.id, { data, element });
  if (!old || old.data.position !== data.position) place(element, data);
  if (settled) arrange();
  if (atEnd || (data.from === "person" && data.pending)) toEnd();
  else if (!old && settled) newer.hidden = false;
}

/** Takes away a message that is of this page alone. */
export function forget(id) {
  messages.get(id)?.element.remove();
  messages.delete(id);
  arrange();
}

/** Draws everything again, for another language, zone or day. It is no news to a screen reader. */
export function repaint() {
  log.setAttribute("aria-busy", "true");
  for (const { data, element } of messages.values()) redraw(element, data);
  arrange();
  log.setAttribute("aria-busy", String(!settled));
}

/** Paints, and lets who stood on a button that is gone stand on its message. */
function redraw(element, data) {
  const focused = element.contains(document.activeElement);
  paint(element, data);
  if (focused && !element.contains(document.activeElement)) {
    element.tabIndex = -1;
    element.focus({ preventScroll: true });
  }
}

/** Frees the buttons of the message that was tapped. */
export function free(id) {
  const element = messages.get(id)?.element;
  for (const b of element?.querySelectorAll(".choices button") ?? []) {
    b.removeAttribute("aria-disabled");
    b.removeAttribute("aria-busy");
  }
}

export function firstPosition() {
  return Math.min(...[...messages.values()].map((m) => m.data.position ?? Infinity));
}

export function prepend(list) {
  const before = scroll.scrollHeight - scroll.scrollTop;
  settled = false;
  log.setAttribute("aria-busy", "true");
  for (const data of list) show(data);
  settled = true;
  arrange();
  log.setAttribute("aria-busy", "false");
  scroll.scrollTop = scroll.scrollHeight - before;
}

function place(element, data) {
  const position = data.position ?? Infinity;
  let next = null;
  for (const { data: d, element: e } of messages.values()) {
    if (e !== element && (d.position ?? Infinity) > position && e.isConnected) {
      if (!next || (d.position ?? Infinity) < next.position) next = { position: d.position ?? Infinity, element: e };
    }
  }
  if (next) next.element.before(element);
  else log.append(element);
}

function paint(element, data) {
  const at = new Date(data.at);
  element.className = `message from-${data.from}`;
  element.dataset.id = data.id;
  element.classList.toggle("protect", Boolean(data.protect));
  element.classList.toggle("deleted", Boolean(data.deleted));
  const who = document.createElement("span");
  who.className = "unseen";
  who.textContent = `${text(data.from === "person" ? "you" : "carebell")}: `;
  const body = document.createElement("div");
  body.className = "body";
  body.dir = "auto";
  if (data.deleted) body.textContent = text("deleted");
  else body.append(build(data.nodes));
  const foot = document.createElement("p");
  foot.className = "foot";
  const time = document.createElement("time");
  time.dateTime = at.toISOString();
  time.title = clock.moment(at);
  time.textContent = clock.time(at);
  if (data.pending) {
    const note = document.createElement("span");
    note.className = "pending";
    note.textContent = text(data.pending);
    foot.append(note);
  } else {
    if (data.edited) foot.append(`${text("edited")} · `);
    foot.append(time);
  }
  element.replaceChildren(who, body);
  if (data.file && !data.deleted) element.append(attached(data.file));
  if (data.choices && !data.deleted) element.append(choices(data));
  element.append(foot);
  if (data.actions) element.append(actions(data.actions));
}

/** A picture is seen at once; any other file is a link that saves it. */
function attached(file) {
  const link = document.createElement("a");
  link.className = "file";
  if (!/^\/chat\/files\/[\w-]+$/.test(file.url)) return link;
  link.href = file.url;
  link.download = file.name;
  if (!file.image) {
    link.textContent = text("download", { Name: file.name });
    return link;
  }
  const picture = document.createElement("img");
  picture.src = file.url;
  picture.alt = file.alt || file.name;
  picture.addEventListener("load", () => stuck && toEnd());
  link.className = "picture";
  link.title = text("download", { Name: file.name });
  link.append(picture);
  return link;
}

function choices(data) {
  const rows = document.createElement("div");
  rows.className = "choices";
  for (const row of data.choices) {
    const line = document.createElement("div");
    line.className = "row";
    for (const choice of row) {
      const b = button(choice.label, () => {
        if (b.getAttribute("aria-disabled") === "true") return;
        for (const other of rows.querySelectorAll("button")) other.setAttribute("aria-disabled", "true");
        b.setAttribute("aria-busy", "true");
        tapped(data, choice);
      });
      line.append(b);
    }
    rows.append(line);
  }
  return rows;
}

function actions(list) {
  const line = document.createElement("div");
  line.className = "row actions";
  for (const { word, run } of list) line.append(button(text(word), run));
  return line;
}

function button(label, run) {
  const b = document.createElement("button");
  b.type = "button";
  b.textContent = label;
  b.addEventListener("click", run);
  return b;
}

/** Days between the messages, and which of them stand together. */
function arrange() {
  for (const old of log.querySelectorAll(".day")) old.remove();
  const now = new Date();
  let lastDay = "";
  let before = null;
  for (const element of [...log.children]) {
    const { data } = messages.get(element.dataset.id);
    const at = new Date(data.at);
    const thisDay = clock.day(at);
    const sameDay = thisDay === lastDay;
    if (!sameDay) {
      const mark = document.createElement("h2");
      mark.className = "day";
      mark.textContent = clock.dayName(at, now);
      element.before(mark);
      lastDay = thisDay;
    }
    const together = sameDay && before?.from === data.from && at - new Date(before.at) < 5 * 60 * 1000;
    element.classList.toggle("follows", together);
    before = data;
  }
  welcome.hidden = !settled || messages.size > 0;
  const first = firstPosition();
  earlier.hidden = !settled || !Number.isFinite(first) || first <= 1 || earlier.dataset.none === "true";
}

function nearEnd() {
  return scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 120;
}

export function toEnd() {
  scroll.scrollTop = scroll.scrollHeight;
  newer.hidden = true;
}

let stuck = true;
scroll.addEventListener("scroll", () => {
  stuck = nearEnd();
  if (stuck) newer.hidden = true;
});
// A keyboard that opens or settings that unfold do not hide the last message.
new ResizeObserver(() => {
  if (stuck) toEnd();
}).observe(scroll);
newer.addEventListener("click", () => {
  toEnd();
  document.getElementById("message").focus();
});
