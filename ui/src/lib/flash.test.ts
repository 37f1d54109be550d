import { expect, test } from 'vitest';
import { BEAT_MS, flash } from './flash';

const perSecond = (priority: 'flashHigh' | 'flashMedium') => {
  const root = { dataset: {} as Record<string, string> } as unknown as HTMLElement;
  const beats = Math.round(60_000 / BEAT_MS);
  const phases = Array.from({ length: beats }, (_, n) => {
    flash(root, n);
    return root.dataset[priority];
  });
  expect(phases.filter((phase) => phase === 'on').length).toBe(beats / 2);
  return phases.filter((phase, n) => n > 0 && phase !== phases[n - 1]).length / 2 / 60;
};

test('high flashes 1.4 to 2.8 times a second, medium 0.4 to 0.8 times, both half on', () => {
  const [high, medium] = [perSecond('flashHigh'), perSecond('flashMedium')];
  expect(high).toBeGreaterThanOrEqual(1.4);
  expect(high).toBeLessThanOrEqual(2.8);
  expect(medium).toBeGreaterThanOrEqual(0.4);
  expect(medium).toBeLessThanOrEqual(0.8);
});
