import { cleanup, render, screen } from '@testing-library/svelte';
import { tick } from 'svelte';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { begin, NOW, station, update } from '../backend/fake';
import { backend } from '../backend';
import { board } from '../lib/board.svelte';
import LateBanner from './LateBanner.svelte';

vi.mock('../backend', () => import('../backend/fake'));

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
  begin();
  board.app = station;
  board.take(update({ late: [] }));
  board.clock = NOW;
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

it('says what nothing new comes from, since when and for how long, and one silence after the other in elements of their own', async () => {
  render(LateBanner);
  expect(screen.queryByTestId('late-banner')).toBeNull();
  const alarms = { what: "the server's alarms", since: NOW - 12_000 };
  board.take(update({ late: [alarms] }));
  await tick();
  const first = screen.getByTestId('late-banner');
  expect(first.textContent).toMatch(/Nothing new from the server's alarms since \d\d:\d\d:\d\d/);
  expect(first.textContent).toContain('12 s');
  board.take(update({ late: [{ what: 'the server', since: NOW - 10_000 }, alarms] }));
  await tick();
  const second = screen.getByTestId('late-banner');
  expect(second).not.toBe(first);
  expect(second.textContent).toContain("nor from the server's alarms");
  board.take(update({ late: [] }));
  await tick();
  expect(screen.queryByTestId('late-banner')).toBeNull();
});

it('says by itself that the page is told nothing any more, and no longer once it is', async () => {
  render(LateBanner);
  board.clock = NOW + 9_000;
  await tick();
  expect(screen.queryByTestId('late-banner')).toBeNull();
  board.clock = NOW + 10_000;
  await tick();
  expect(screen.getByTestId('late-banner').textContent).toContain("this station's program");
  vi.setSystemTime(NOW + 11_000);
  board.take(update({ beat: 4 }));
  board.clock = NOW + 11_000;
  await tick();
  expect(screen.queryByTestId('late-banner')).toBeNull();
});

it('answers each beat once, in a window that has frames and in one that has none', async () => {
  const answered = vi.spyOn(backend, 'beat').mockResolvedValue(null);
  board.take(update({ beat: 7 }));
  expect(answered).not.toHaveBeenCalled();
  vi.advanceTimersByTime(100);
  expect(answered).toHaveBeenCalledExactlyOnceWith(7);
  vi.advanceTimersByTime(5_000);
  expect(answered).toHaveBeenCalledTimes(1);
  vi.spyOn(window, 'requestAnimationFrame').mockReturnValue(0);
  board.take(update({ beat: 8 }));
  vi.advanceTimersByTime(5_000);
  expect(answered).toHaveBeenLastCalledWith(8);
  expect(answered).toHaveBeenCalledTimes(2);
});
