import { expect, test } from 'vitest';
import { calipers, lying } from './calipers';

test('a second apart is a rate of sixty, and forty pixels at forty a millivolt are one', () => {
  expect(calipers(94.5, 40, 1000 / 94.5, 40, 'mV')).toBe('1000 ms · 60 /min · 1.00 mV');
  expect(calipers(-9.45, -20, 1000 / 94.5, 40, 'mV')).toBe('100 ms · -0.50 mV');
});

test('a wave without a unit has no height, and a width that is no beat has no rate', () => {
  expect(calipers(945, 40, 1000 / 94.5, 40, '')).toBe('10000 ms');
});

test('they stay on their beat while the wave runs, and are gone with it', () => {
  const held = { from: 4000, to: 2000, y: 0, y2: 9 };
  const at = (from: number) => lying(held, { from, to: from + 10_000 });
  expect(at(0)).toEqual({ left: 20, width: 20 });
  expect(at(1000)).toEqual({ left: 10, width: 20 });
  expect(at(2000)).toEqual({ left: 0, width: 20 });
  expect([at(2001), at(9000), at(-8000)]).toEqual([null, null, null]);
});
