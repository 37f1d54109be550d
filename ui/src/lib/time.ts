// Times and ages as words. `Intl` is left alone: WebKitGTK can report the locale "C", for which it throws.
//
// Three forms, so that none is read as another: how long (`33 min`, `1 h 12 min`), a clock (`02:45`) and a day with its clock
// (`Fri 27 Nov 02:45`). A clock alone is of the day that is shown.

const two = (n: number) => String(n).padStart(2, '0');
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/** In the hour that is there twice when the clock is put back it says which: `02:30+02`. */
export function hhmm(at: number): string {
  const d = new Date(at);
  return `${two(d.getHours())}:${two(d.getMinutes())}${zone(at)}`;
}

export function hhmmss(at: number): string {
  const d = new Date(at);
  return `${two(d.getHours())}:${two(d.getMinutes())}:${two(d.getSeconds())}${zone(at)}`;
}

/** Milliseconds that local time is ahead of UTC. */
export const aheadOfUtc = (at: number): number => new Date(at).getTimezoneOffset() * -60_000;

/** How far ahead local time is, where there is another moment that the clock on the wall shows alike. */
function zone(at: number): string {
  const ahead = aheadOfUtc(at);
  const alike = [-3, 3].some((hours) => {
    const other = aheadOfUtc(at + hours * 3_600_000);
    return other !== ahead && aheadOfUtc(at + ahead - other) === other;
  });
  if (!alike) return '';
  const minutes = Math.abs(ahead) / 60_000;
  return `${ahead < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}${minutes % 60 === 0 ? '' : `:${two(minutes % 60)}`}`;
}

/** The local midnights within a range, oldest first. */
export function midnights(from: number, to: number): number[] {
  const d = new Date(from);
  const out: number[] = [];
  for (let n = 0; ; n += 1) {
    const at = new Date(d.getFullYear(), d.getMonth(), d.getDate() + n).getTime();
    if (at > to) return out;
    if (at >= from) out.push(at);
  }
}

/** Whether a day begins there. */
export const isMidnight = (at: number): boolean => midnights(at, at).length > 0;

/** Where it is told when it is read, a day of long ago has its year: there is another of its name. */
export function dayTime(at: number, now = at): string {
  const d = new Date(at);
  return `${DAYS[d.getDay()]} ${dayMonth(at)}${year(at, now)} ${hhmm(at)}`;
}

/** After so long a day of the same name may be meant. */
const LONG_AGO = 300 * 86_400_000;
const year = (at: number, now: number): string => (now - at < LONG_AGO ? '' : ` ${new Date(at).getFullYear()}`);

export function dayMonth(at: number): string {
  const d = new Date(at);
  return `${d.getDate()} ${MONTHS[d.getMonth()]}`;
}

/** `12 Mar`, of a date of the calendar: `2026-03-12`. */
export const dayOfDate = (date: string): string => `${Number(date.slice(8))} ${MONTHS[Number(date.slice(5, 7)) - 1]}`;

/** `1955-03-14` as `14 Mar 1955`; a partial date as far as it goes. */
export function birthDate(date: string): string {
  const [year, month, day] = date.split('-');
  const name = month ? MONTHS[Number(month) - 1] : undefined;
  return [day ? String(Number(day)) : '', name ?? '', year ?? ''].filter(Boolean).join(' ');
}

/** Whether two moments are of one day on the wall. */
const isSameDay = (a: number, b: number): boolean => new Date(a).toDateString() === new Date(b).toDateString();

/** A moment as it is told at `now`: `02:45` of today, `Fri 27 Nov 02:45` of any other day. */
export const when = (at: number, now: number): string => (isSameDay(at, now) ? hhmm(at) : dayTime(at, now));

/** The same to the second. */
export const exactly = (at: number, now: number): string =>
  isSameDay(at, now) ? hhmmss(at) : `${dayTime(at, now).split(' ').slice(0, -1).join(' ')} ${hhmmss(at)}`;

/** The age of a value in steps of ten seconds: `<10 s`, `40 s`, `6 min`, then the hour it was taken at, then the day. Monitors
 *  send every five; what comes as it should has an age that stands still, and one that moves means something. */
export function age(at: number, now: number): string {
  const s = Math.max(0, Math.round((now - at) / 1000));
  if (s < 600) return inSteps(s);
  return isSameDay(at, now) ? hhmm(at) : `${dayMonth(at)}${year(at, now)} ${hhmm(at)}`;
}

/** The same where there is room for six letters: of a value of the night before how old it is, of an older one the day, and of
 *  one of long ago the year. */
export function shortAge(at: number, now: number): string {
  const ms = now - at;
  if (ms < 600_000 || isSameDay(at, now)) return age(at, now);
  if (ms < 3_600_000) return `${Math.floor(ms / 60_000)} min`;
  if (ms < 72_000_000) return `${Math.floor(ms / 3_600_000)} h`;
  return ms < LONG_AGO ? dayMonth(at) : String(new Date(at).getFullYear());
}

/** Minutes and more as words: `33 min`, `1 h 12 min`, `3 h`, `3 d 4 h`. */
function long(s: number): string {
  const [minutes, hours, days] = [Math.floor(s / 60), Math.floor(s / 3600), Math.floor(s / 86_400)];
  if (hours === 0) return `${minutes} min`;
  if (days === 0) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  return hours % 24 === 0 ? `${days} d` : `${days} d ${hours % 24} h`;
}

/** Does not run by the second, for the eye's sake. */
const inSteps = (s: number): string => (s < 10 ? '<10 s' : s < 60 ? `${s - (s % 10)} s` : long(s));

/** How long something has lasted: `<10 s`, `40 s`, `25 min`, then `1 h 2 min`, then `3 d 4 h`. */
export const lasting = (from: number, now: number): string => inSteps(Math.max(0, Math.floor((now - from) / 1000)));

/** How long something took or takes, to the second where it is short: `38 s`, `84 s`, `2 min`, then as `lasting`. */
export function took(ms: number): string {
  const s = Math.max(0, Math.floor(ms / 1000));
  return s < 120 ? `${s} s` : long(s);
}

/** Whole minutes until or since: `<1 min`, `33 min`, `3 h 24 min`. */
export function span(ms: number): string {
  const s = Math.abs(ms) / 1000;
  return s < 60 ? '<1 min' : long(s);
}
