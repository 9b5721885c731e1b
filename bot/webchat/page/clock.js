// Times in the person's zone and language.

import { language, text } from "./words.js";

let zone = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";

export function currentZone() {
  return zone;
}

export function setZone(name) {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    zone = name;
    return true;
  } catch {
    return false; // a zone that this browser does not know: the old one stays
  }
}

/** The browser's own variety of the page's language: "Tue 24 Nov" in London, "Tue, Nov 24" in Boston. */
function locale() {
  return navigator.languages.find((l) => l.split("-")[0] === language()) ?? language();
}

/** With the digits that carebell writes, so that one clock does not stand in two scripts. */
function format(options, at) {
  return new Intl.DateTimeFormat(locale(), { timeZone: zone, numberingSystem: "latn", ...options }).format(at);
}

/** 14:05 */
export function time(at) {
  return format({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" }, at);
}

/** Tue 24 Nov, 14:05 */
export function moment(at) {
  return text("moment", { Day: format({ weekday: "short", day: "numeric", month: "short" }, at), Time: time(at) });
}

/** today 14:05, tomorrow 14:05, yesterday 14:05, else as moment. */
export function near(at, now) {
  const days = Math.round((Date.parse(day(at)) - Date.parse(day(now))) / (24 * 3600 * 1000));
  if (Math.abs(days) > 1) return moment(at);
  const name = new Intl.RelativeTimeFormat(locale(), { numeric: "auto", numberingSystem: "latn" }).format(days, "day");
  return `${name} ${time(at)}`;
}

/** 2026-11-24, to compare days. */
export function day(at) {
  const parts = new Intl.DateTimeFormat("en", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" })
    .formatToParts(at);
  const part = (type) => parts.find((p) => p.type === type).value;
  return `${part("year")}-${part("month")}-${part("day")}`;
}

/** Today, Yesterday, or the date in words. */
export function dayName(at, now) {
  const that = day(at);
  if (that === day(now)) return text("today");
  if (that === day(new Date(now.getTime() - 24 * 3600 * 1000))) return text("yesterday");
  const options = { weekday: "long", day: "numeric", month: "long" };
  if (that.slice(0, 4) !== day(now).slice(0, 4)) options.year = "numeric";
  return format(options, at);
}

/** Fills a select with every zone that the browser knows, by region. */
export function fillZones(select) {
  const names = new Set(Intl.supportedValuesOf?.("timeZone") ?? []);
  names.add("UTC");
  names.add(zone);
  const regions = new Map();
  for (const name of [...names].sort()) {
    const [region, ...rest] = name.split("/");
    const option = document.createElement("option");
    option.value = name;
    option.textContent = (rest.length ? rest.join(", ") : name).replaceAll("_", " ");
    if (!rest.length) {
      select.append(option);
      continue;
    }
    if (!regions.has(region)) {
      const group = document.createElement("optgroup");
      group.label = region;
      regions.set(region, group);
      select.append(group);
    }
    regions.get(region).append(option);
  }
  select.value = zone;
}
