// The page's words: fetched once in every language, put into the elements that name their word.

let all = {};
let current = document.documentElement.lang;

export async function load() {
  const answer = await fetch("/chat/words");
  if (!answer.ok) throw new Error("words: " + answer.status);
  all = await answer.json();
}

export function language() {
  return current;
}

/** The language of the page that suits a BCP 47 tag, or "" if there is none. */
export function nearest(tag) {
  const base = String(tag).toLowerCase().split("-")[0];
  return Object.hasOwn(all, base) ? base : "";
}

export function text(key, args = {}) {
  let words = all[current]?.[key] ?? "";
  for (const [name, value] of Object.entries(args)) {
    words = words.replaceAll(`{{.${name}}}`, String(value));
  }
  return words;
}

/** Writes the page again in a language. */
export function speak(lang) {
  current = lang;
  document.documentElement.lang = lang;
  document.documentElement.dir = text("direction");
  document.title = text("page_title");
  for (const e of document.querySelectorAll("[data-word]")) e.textContent = text(e.dataset.word);
  for (const e of document.querySelectorAll("[data-word-placeholder]")) e.placeholder = text(e.dataset.wordPlaceholder);
  for (const e of document.querySelectorAll("[data-word-label]")) {
    e.setAttribute("aria-label", text(e.dataset.wordLabel));
    if (e.title) e.title = text(e.dataset.wordLabel);
  }
}
