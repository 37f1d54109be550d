import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { stationNow, stationSaid } from './clock';

const NOW = new Date(2026, 10, 28, 3, 12).getTime();
const HOUR = 3_600_000;

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
  [0, 1].forEach(() => stationSaid(NOW));
});
afterEach(() => {
  vi.useRealTimers();
});

it('goes by the station where the clock of the machine was set, back or forward', () => {
  for (const by of [-HOUR, HOUR]) {
    vi.setSystemTime(NOW + by);
    stationSaid(NOW);
    stationSaid(NOW + 2000);
    expect(Math.abs(stationNow() - NOW)).toBeLessThanOrEqual(2000);
  }
  vi.setSystemTime(NOW);
  [0, 1].forEach(() => stationSaid(NOW));
  expect(stationNow()).toBe(NOW);
});

it('does not run back by the time a message was on its way', () => {
  stationSaid(NOW - 1500);
  expect(stationNow()).toBe(NOW);
  stationSaid(NOW - 20_000);
  stationSaid(NOW - 400);
  expect(stationNow()).toBe(NOW);
});
