// The page: what is pressed, what comes, and how the connection is.

import * as clock from "./clock.js";
import * as log from "./log.js";
import { Outbox, send } from "./outbox.js";
import { Stream } from "./stream.js";
import * as words from "./words.js";

const byId = (id) => document.getElementById(id);
const message = byId("message");
const problem = byId("problem");
const settings = byId("settings");
const settingsOpen = byId("settings-open");
const language = byId("language");
const zone = byId("zone");

let limit = 4096;
let unread = 0;
let acknowledged = 0;
let acknowledging = 0;

/** The language that the person chose, else what their browser speaks: it may be one that the page does not. */
let chosen = "";

const outbox = new Outbox(() => ({ language: chosen || navigator.language, zone: clock.currentZone() }));

const stream = new Stream({
  message(m) {
    log.show(m);
    if (m.from === "carebell") news(m);
  },
  ready() {
    log.ready();
    acknowledge();
    outbox.retry();
  },
  reset() {
    acknowledged = 0;
    log.clear();
  },
  toast({ tap, text }) {
    taps.get(tap)?.();
    if (text) toast(text);
  },
  state,
  refused: start,
});

// --- the session

/** One tab at a time asks for the session, so that two new ones do not become two people. */
async function openSession() {
  const ask = () => send("/chat/session", {});
  return navigator.locks ? navigator.locks.request("carebell-session", ask) : ask();
}

let person = "";

async function start() {
  state("connecting");
  const { answer, problem: refused, again } = await openSession();
  if (!answer) {
    state(again ? "lost" : "session");
    if (again) setTimeout(start, Math.max(again, 2000));
    else say(refused.message);
    return;
  }
  if (person && person !== answer.person) {
    location.reload();
    return;
  }
  person = answer.person;
  limit = answer.max_text;
  chosen = answer.language;
  const lang = words.nearest(answer.language);
  if (lang && lang !== words.language()) speak(lang);
  if (answer.zone && answer.zone !== clock.currentZone() && clock.setZone(answer.zone)) {
    zone.value = answer.zone;
    log.repaint();
    zoneNow();
  }
  stream.open();
}

function state(name) {
  byId("state").dataset.state = name;
  const words_ = byId("state-text");
  if (words_.dataset.word !== `state_${name}`) {
    words_.dataset.word = `state_${name}`;
    words_.textContent = words.text(`state_${name}`);
  }
  byId("continue").hidden = name !== "elsewhere";
}

function elsewhere() {
  return byId("state").dataset.state === "elsewhere";
}

byId("continue").addEventListener("click", () => {
  stream.open();
  message.focus();
});

// --- what comes

function news(m) {
  if (stream.last > acknowledged && !acknowledging) acknowledging = setTimeout(acknowledge, 50);
  if (document.hidden && !m.edited && !m.deleted && byId("log").getAttribute("aria-busy") === "false") unread++;
  title();
}

async function acknowledge() {
  clearTimeout(acknowledging);
  acknowledging = 0;
  const seq = stream.last;
  if (seq <= acknowledged) return;
  const { answer, again } = await send("/chat/ack", { seq });
  if (answer && !answer.more) acknowledged = Math.max(acknowledged, seq);
  if ((again || answer) && stream.last > acknowledged && !acknowledging) {
    acknowledging = setTimeout(acknowledge, again ? Math.max(again, 1000) : 0);
  }
}

function title() {
  document.title = (unread ? `(${unread}) ` : "") + words.text("page_title");
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  unread = 0;
  title();
  if (elsewhere()) stream.open();
});

function toast(text) {
  const e = document.createElement("p");
  e.className = "toast";
  e.textContent = text;
  byId("toasts").replaceChildren(e);
  setTimeout(() => e.remove(), 6000);
}

// --- what is written

function say(text) {
  problem.textContent = text;
}

function write(text) {
  const local = (pending, extra = {}) => ({
    id: local.id, from: "person", at: local.at, nodes: [{ s: text }], pending, ...extra,
  });
  local.at = new Date().toISOString();
  const post = () => {
    const id = outbox.post({ kind: "text", text }, {
      done() {
        log.show(local());
      },
      waiting(problem) {
        log.show(local("waiting"));
        if (problem?.message) say(problem.message);
      },
      failed(problem) {
        say(problem.message || words.text("not_sent"));
        if (problem.status === 401) state("session");
        log.show(local("not_sent", {
          actions: [
            { word: "try_again", run: () => { log.forget(local.id); say(""); post(); } },
            { word: "remove", run: () => { log.forget(local.id); say(""); message.focus(); } },
          ],
        }));
      },
    });
    local.id = `p${id}`;
    log.show(local("sending"));
  };
  post();
}

function submit() {
  const text = message.value.trim();
  if (!text) {
    say(words.text("error_empty"));
    message.focus();
    return;
  }
  if ([...text].length > limit) {
    say(words.text("error_too_long", { Limit: limit }));
    return;
  }
  say("");
  message.value = "";
  grow();
  if (elsewhere()) stream.open();
  write(text);
  message.focus();
}

byId("composer").addEventListener("submit", (e) => {
  e.preventDefault();
  submit();
});

message.addEventListener("keydown", (e) => {
  if (e.key !== "Enter" || e.shiftKey || e.altKey || e.ctrlKey || e.metaKey || e.isComposing) return;
  e.preventDefault();
  submit();
});

message.addEventListener("input", () => {
  grow();
  const count = [...message.value.trim()].length;
  const over = count > limit;
  message.setAttribute("aria-invalid", String(over));
  say(over ? words.text("over_limit", { Count: count, Limit: limit }) : "");
});

function grow() {
  message.style.height = "auto";
  message.style.height = `${Math.min(message.scrollHeight, 180)}px`;
}

for (const example of document.querySelectorAll(".example")) {
  example.addEventListener("click", () => {
    message.value = example.textContent;
    grow();
    message.focus();
  });
}

// --- what is tapped

/** tap id → frees its card, once its answer is here or was waited for long enough. */
const taps = new Map();

log.onTap((card, choice) => {
  say("");
  const free = () => log.free(card.id);
  outbox.post({ kind: "tap", message: card.id, data: choice.data }, {
    done({ tap }) {
      const timer = setTimeout(() => taps.get(tap)?.(), 5000);
      taps.set(tap, () => {
        clearTimeout(timer);
        taps.delete(tap);
        free();
      });
    },
    waiting(problem) {
      say(problem?.message || words.text("state_lost"));
    },
    failed(problem) {
      free();
      say(problem.message || words.text("not_sent"));
    },
  });
});

// --- language and zone

function speak(lang) {
  words.speak(lang);
  language.value = lang;
  log.repaint();
  zoneNow();
  title();
}

function choose(setting) {
  outbox.post({ kind: "settings", language: "", zone: "", ...setting }, {
    done() {
      toast(words.text("setting_saved"));
    },
    failed(problem) {
      say(problem.message);
    },
  });
}

language.addEventListener("change", () => {
  chosen = language.value;
  speak(language.value);
  choose({ language: language.value });
});

zone.addEventListener("change", () => {
  clock.setZone(zone.value);
  log.repaint();
  zoneNow();
  choose({ zone: zone.value });
});

function zoneNow() {
  byId("zone-now").textContent = words.text("zone_now", { Time: clock.time(new Date()) });
}

function showSettings(open) {
  settings.hidden = !open;
  settingsOpen.setAttribute("aria-expanded", String(open));
  if (open) {
    zoneNow();
    language.focus();
  } else {
    settingsOpen.focus();
  }
}

settingsOpen.addEventListener("click", () => showSettings(settings.hidden));
byId("settings-done").addEventListener("click", () => showSettings(false));
settings.addEventListener("keydown", (e) => {
  if (e.key === "Escape") showSettings(false);
});

// --- earlier messages

byId("earlier").addEventListener("click", async (e) => {
  const button = e.currentTarget;
  button.disabled = true;
  try {
    const answer = await fetch(`/chat/earlier?before=${log.firstPosition()}`);
    const content = await answer.json();
    if (!answer.ok) throw new Error(content.error?.message);
    if (!content.messages.length) button.dataset.none = "true";
    log.prepend(content.messages);
  } catch (failure) {
    say(failure.message || words.text("error_not_read"));
  }
  button.disabled = false;
});

// --- another day

let today = clock.day(new Date());
setInterval(() => {
  const now = clock.day(new Date());
  if (now !== today) log.repaint(); // what was "tomorrow" is "today"
  today = now;
}, 30_000);

// --- begin

window.addEventListener("online", () => {
  if (!person) return;
  outbox.retry();
  stream.open();
});
window.addEventListener("beforeunload", (e) => {
  if (document.querySelector(".pending")) e.preventDefault(); // something written is not sent yet
});

async function begin() {
  try {
    await words.load();
  } catch {
    setTimeout(begin, 2000); // the page is here, so its words will be
    return;
  }
  clock.fillZones(zone);
  await start();
  message.focus();
}

begin();
