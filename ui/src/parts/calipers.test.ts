import { expect, test } from 'vitest';
import { calipers } from './calipers';

test('a second apart is a rate of sixty, and forty pixels at forty a millivolt are one', () => {
  expect(calipers(94.5, 40, 1000 / 94.5, 40, 'mV')).toBe('1000 ms · 60 /min · 1.00 mV');
  expect(calipers(-9.45, -20, 1000 / 94.5, 40, 'mV')).toBe('100 ms · -0.50 mV');
});

test('a wave without a unit has no height, and a width that is no beat has no rate', () => {
  expect(calipers(945, 40, 1000 / 94.5, 40, '')).toBe('10000 ms');
});
