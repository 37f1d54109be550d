import { describe, expect, it, vi } from 'vitest';
import {
  age,
  birthDate,
  dayTime,
  exactly,
  hhmm,
  hhmmss,
  isMidnight,
  lasting,
  midnights,
  shortAge,
  span,
  took,
  when,
} from './time';

describe('ages as a nurse reads them', () => {
  it('counts seconds, then minutes, then names the hour', () => {
    const now = new Date(2026, 10, 23, 14, 6).getTime();
    expect(age(now - 9_000, now)).toBe('<10 s');
    expect(age(now - 44_000, now)).toBe('40 s');
    expect(age(now - 6 * 60_000, now)).toBe('6 min');
    expect(age(now - 86 * 60_000, now)).toBe('12:40');
    expect(age(now + 5_000, now)).toBe('<10 s');
    expect([86, 72 * 60].map((minutes) => age(now - minutes * 60_000, now))).toEqual(['12:40', '20 Nov 14:06']);
    expect([6, 86, 72 * 60].map((minutes) => shortAge(now - minutes * 60_000, now))).toEqual([
      '6 min',
      '12:40',
      '20 Nov',
    ]);
    const yearAgo = now - 368 * 86_400_000;
    expect([shortAge(yearAgo, now), age(yearAgo, now), when(yearAgo, now), exactly(yearAgo, now)]).toEqual([
      '2025',
      '20 Nov 2025 14:06',
      'Thu 20 Nov 2025 14:06',
      'Thu 20 Nov 2025 14:06:00',
    ]);
  });
  it('reads partial birth dates', () => {
    expect(birthDate('1955-03-14')).toBe('14 Mar 1955');
    expect(birthDate('1955')).toBe('1955');
  });
});

describe('how long, at what time and on which day', () => {
  const [S, M, H, D] = [1000, 60_000, 3_600_000, 86_400_000];
  const noon = new Date(2026, 10, 28, 12, 0).getTime();
  const DURATION = /^(<10 s|<1 min|\d+ (s|min|h|d)|\d+ h \d+ min|\d+ d \d+ h)$/;
  const CLOCK = /^\d\d:\d\d(:\d\d)?$/;
  const DAY = /^(Sun|Mon|Tue|Wed|Thu|Fri|Sat) \d+ [A-Z][a-z][a-z] \d\d:\d\d(:\d\d)?$/;

  it.each([
    [4 * S, '<10 s', '4 s', '<1 min'],
    [47 * S, '40 s', '47 s', '<1 min'],
    [84 * S, '1 min', '84 s', '1 min'],
    [2 * M, '2 min', '2 min', '2 min'],
    [33 * M + 5 * S, '33 min', '33 min', '33 min'],
    [H, '1 h', '1 h', '1 h'],
    [H + 2 * M, '1 h 2 min', '1 h 2 min', '1 h 2 min'],
    [20 * H + 45 * M, '20 h 45 min', '20 h 45 min', '20 h 45 min'],
    [3 * D, '3 d', '3 d', '3 d'],
    [3 * D + 4 * H + 9 * M, '3 d 4 h', '3 d 4 h', '3 d 4 h'],
  ])('%i ms is a duration wherever it stands', (ms, lasted, exact, whole) => {
    expect([lasting(0, ms), took(ms), span(ms), span(-ms)]).toEqual([lasted, exact, whole, whole]);
    for (const words of [lasted, exact, whole]) expect(words).toMatch(DURATION);
  });

  it.each([
    [0, '12:00', '12:00:00'],
    [-9 * H - 15 * M, '02:45', '02:45:00'],
    [-12 * H, '00:00', '00:00:00'],
    [-12 * H - S, 'Fri 27 Nov 23:59', 'Fri 27 Nov 23:59:59'],
    [-33 * H - 15 * M, 'Fri 27 Nov 02:45', 'Fri 27 Nov 02:45:00'],
    [-D, 'Fri 27 Nov 12:00', 'Fri 27 Nov 12:00:00'],
    [D, 'Sun 29 Nov 12:00', 'Sun 29 Nov 12:00:00'],
  ])('%i ms from noon has its day where that is not today', (ms, short, long) => {
    expect([when(noon + ms, noon), exactly(noon + ms, noon)]).toEqual([short, long]);
    const form = short.length === 5 ? CLOCK : DAY;
    expect(short).toMatch(form);
    expect(long).toMatch(form);
    expect(dayTime(noon + ms)).toMatch(DAY);
  });

  it('gives a value of the night before its age and no clock of today', () => {
    const early = new Date(2026, 10, 28, 0, 20).getTime();
    const ages = [5, 25, 70, 12 * 60, 19 * 60, 21 * 60].map((minutes) => early - minutes * M);
    expect(ages.map((at) => shortAge(at, early))).toEqual(['5 min', '25 min', '1 h', '12 h', '19 h', '27 Nov']);
    expect(age(early - 25 * M, early)).toBe('27 Nov 23:55');
  });
});

describe('where the clock is put forward and back', () => {
  const at = (text: string) => new Date(text).getTime();
  // The process has one zone, and reads it anew where it is set.
  const inZone = <T>(zone: string, work: () => T): T => {
    vi.stubEnv('TZ', zone);
    try {
      return work();
    } finally {
      vi.unstubAllEnvs();
    }
  };
  it('says which of two hours it is', () => {
    const told = inZone('Europe/Berlin', () =>
      [
        '2026-10-24T23:59:00Z',
        '2026-10-25T00:30:00Z',
        '2026-10-25T01:30:00Z',
        '2026-10-25T02:00:00Z',
        '2026-03-29T01:00:00Z',
      ].map((text) => hhmm(at(text))),
    );
    expect(told).toEqual(['01:59', '02:30+02', '02:30+01', '03:00', '03:00']);
    expect(inZone('America/St_Johns', () => hhmmss(at('2026-11-01T04:00:05Z')))).toBe('01:30:05-02:30');
    expect(inZone('Asia/Kolkata', () => hhmm(at('2026-10-25T00:30:00Z')))).toBe('06:00');
  });
  it('finds the midnights of a fortnight in which a day has 25 hours', () => {
    const found = inZone('Europe/Berlin', () =>
      midnights(at('2026-10-14T12:00:00Z'), at('2026-10-28T12:00:00Z')).map(hhmm),
    );
    expect(found).toEqual(Array.from({ length: 14 }, () => '00:00'));
    expect(
      inZone('Europe/Berlin', () => [
        isMidnight(at('2026-10-24T22:00:00Z')),
        isMidnight(at('2026-10-25T22:00:00Z')),
        isMidnight(at('2026-10-25T23:00:00Z')),
      ]),
    ).toEqual([true, false, true]);
    expect(inZone('Asia/Kolkata', () => isMidnight(at('2026-10-24T18:30:00Z')))).toBe(true);
  });
});
