import { describe, expect, it, vi } from 'vitest';
import { age, birthDate, hhmm, hhmmss, isMidnight, lasting, midnights, shortAge, span, took } from './time';

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
    expect(shortAge(now - 368 * 86_400_000, now)).toBe('2025');
  });
  it('lets an alarm grow old without losing its unit', () => {
    expect([lasting(0, 4_000), lasting(0, 47_000), lasting(0, 72_000)]).toEqual(['<10 s', '40 s', '1 min']);
    expect([took(72_000), took(3_720_000)]).toEqual(['1:12', '1:02 h']);
    expect(lasting(0, 3_720_000)).toBe('1:02 h');
    expect(lasting(0, 3 * 86_400_000)).toBe('3 d');
  });
  it('reads partial birth dates', () => {
    expect(birthDate('1955-03-14')).toBe('14 Mar 1955');
    expect(birthDate('1955')).toBe('1955');
    expect(span(-8 * 60_000)).toBe('00:08');
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
