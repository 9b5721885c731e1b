// Reads JSON lines {lang, now, tz, input} and answers each with what chrono-node and rrule.js make
// of it, as wall clock times in the person's zone: {"chrono": "2026-03-12T15:00:00" | null,
// "chronoClock": true | false, "rrule": ["…", "…", "…"] | null}.
import * as chrono from 'chrono-node';
import { DateTime } from 'luxon';
import rrule from 'rrule';
import { createInterface } from 'node:readline';

const readers = {
  'en-US': chrono.en.casual, en: chrono.en.GB, de: chrono.de?.casual, fr: chrono.fr?.casual, es: chrono.es?.casual,
  pt: chrono.pt?.casual, ru: chrono.ru?.casual, zh: chrono.zh?.hans?.casual ?? chrono.zh?.casual,
};

function reader(lang) { return readers[lang] ?? readers[lang.split('-')[0]] ?? null; }

function once(q) {
  const parser = reader(q.lang);
  if (!parser) return { chrono: null, chronoClock: false };
  const now = DateTime.fromISO(q.now, { setZone: true }).setZone(q.tz);
  const found = parser.parse(q.input, { instant: now.toJSDate(), timezone: now.offset }, { forwardDate: true });
  if (found.length === 0) return { chrono: null, chronoClock: false };
  const s = found[0].start;
  if (s.isCertain('timezoneOffset')) {
    return { chrono: DateTime.fromJSDate(s.date()).setZone(q.tz).toFormat("yyyy-MM-dd'T'HH:mm:ss"), chronoClock: true };
  }
  const part = (name) => s.get(name) ?? 0;
  const at = DateTime.fromObject({ year: part('year'), month: part('month'), day: part('day'), hour: part('hour'), minute: part('minute'), second: part('second') }, { zone: 'utc' });
  return { chrono: at.isValid ? at.toFormat("yyyy-MM-dd'T'HH:mm:ss") : null, chronoClock: s.isCertain('hour') };
}

function recurring(q) {
  if (!q.lang.startsWith('en')) return null;
  let options;
  try { options = rrule.RRule.parseText(q.input); } catch { return null; }
  if (!options || options.freq === undefined) return null;
  const wall = DateTime.fromISO(q.now, { setZone: true }).setZone(q.tz).setZone('utc', { keepLocalTime: true });
  try {
    const rule = new rrule.RRule({ ...options, byminute: options.byhour ? 0 : undefined, bysecond: 0, dtstart: wall.toJSDate() });
    const times = [];
    rule.all((d, i) => { if (d > wall.toJSDate()) times.push(DateTime.fromJSDate(d, { zone: 'utc' }).toFormat("yyyy-MM-dd'T'HH:mm:ss")); return i < 5 && times.length < 3; });
    return times.slice(0, 3);
  } catch { return null; }
}

for await (const line of createInterface({ input: process.stdin })) {
  const q = JSON.parse(line);
  let answer = { chrono: null, chronoClock: false, rrule: null };
  try { answer = { ...once(q), rrule: recurring(q) }; } catch { /* a peer that throws has read nothing */ }
  process.stdout.write(JSON.stringify(answer) + '\n');
}
