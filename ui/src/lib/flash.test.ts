import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { flash } from './flash';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const changes = (ms: number, priority: 'flashHigh' | 'flashMed') => {
  const root = { dataset: {} as Record<string, string> } as unknown as HTMLElement;
  const end = flash(root, false);
  let count = 0;
  let was = root.dataset[priority];
  for (let t = 0; t < ms; t += 10) {
    vi.advanceTimersByTime(10);
    if (root.dataset[priority] !== was) count += 1;
    was = root.dataset[priority];
  }
  end();
  return count;
};

test('high flashes 1.4 to 2.8 times a second, medium 0.4 to 0.8 times, both half on', () => {
  const high = changes(10_000, 'flashHigh') / 2 / 10;
  const medium = changes(10_000, 'flashMed') / 2 / 10;
  expect(high).toBeGreaterThanOrEqual(1.4);
  expect(high).toBeLessThanOrEqual(2.8);
  expect(medium).toBeGreaterThanOrEqual(0.4);
  expect(medium).toBeLessThanOrEqual(0.8);
});

test('somebody who asked for less motion sees a steady board', () => {
  const root = { dataset: {} as Record<string, string> } as unknown as HTMLElement;
  flash(root, true);
  vi.advanceTimersByTime(5_000);
  expect(root.dataset).toEqual({});
});
