import { describe, expect, it } from 'vitest';
import { age, birthDate, lasting, shortAge, span, took } from './time';

describe('ages as a nurse reads them', () => {
  it('counts seconds, then minutes, then names the hour', () => {
    const now = new Date(2026, 10, 23, 14, 6).getTime();
    expect(age(now - 9_000, now)).toBe('<10 s');
    expect(age(now - 44_000, now)).toBe('40 s');
    expect(age(now - 6 * 60_000, now)).toBe('6 min');
    expect(age(now - 86 * 60_000, now)).toBe('12:40');
    expect(age(now + 5_000, now)).toBe('<10 s');
    expect([86, 72 * 60].map((minutes) => age(now - minutes * 60_000, now))).toEqual(['12:40', '20 Nov 14:06']);
    expect([6, 86, 72 * 60].map((minutes) => shortAge(now - minutes * 60_000, now))).toEqual(['6 min', '12:40', '20 Nov']);
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
