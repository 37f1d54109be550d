import { cleanup, render, screen } from '@testing-library/svelte';
import { tick } from 'svelte';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { begin, live, NOW, station, update } from '../backend/fake';
import { backend } from '../backend';
import { board } from '../lib/board.svelte';
import LateBanner from './LateBanner.svelte';

vi.mock('../backend', () => import('../backend/fake'));

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
  begin();
  board.app = station;
  board.loaded = false;
  board.take(update({ alarmsRead: true, late: [] }));
  [board.clock, board.uptime] = [NOW, performance.now()];
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
  const began = board.uptime;
  // A clock that is set says nothing of it.
  [board.clock, board.uptime] = [NOW + 3_600_000, began + 9_000];
  await tick();
  expect(screen.queryByTestId('late-banner')).toBeNull();
  [board.clock, board.uptime] = [NOW - 3_600_000, began + 10_000];
  await tick();
  expect(screen.getByTestId('late-banner').textContent).toContain("this station's program");
  vi.advanceTimersByTime(11_000);
  board.take(update({ beat: 4 }));
  board.uptime = performance.now();
  await tick();
  expect(screen.queryByTestId('late-banner')).toBeNull();
});

it('marks the last board as old where none is worked out any more, and no other silence does', async () => {
  board.link = live;
  for (const [what, isOld] of [
    ["this station's board", true],
    ["the server's values", false],
    ["this station's speaker", false],
  ] as const) {
    board.take(update({ late: [{ what, since: NOW - 12_000 }] }));
    await tick();
    expect([what, board.still]).toEqual([what, isOld]);
    expect([what, board.asOf]).toEqual([what, isOld ? NOW - 12_000 : live.lastGood]);
  }
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

it('says from ten seconds on that no first board has come, and what is late besides, until there is one', async () => {
  [board.loaded, board.alarmsRead, board.late] = [false, false, []];
  await board.begin();
  const began = performance.now();
  render(LateBanner);
  const pass = async (ms: number) => {
    // A clock that is set says nothing of it.
    [board.clock, board.uptime] = [NOW - 3_600_000 + ms, began + ms];
    await tick();
    return screen.queryByTestId('late-banner')?.textContent ?? '';
  };
  expect(await pass(9_000)).toBe('');
  // What is late is no board, and neither is a number to answer.
  vi.spyOn(backend, 'beat').mockResolvedValue(null);
  board.take(update({ beat: 1, late: [{ what: "the server's alarms", since: NOW - 12_000 }] }));
  expect(await pass(9_500)).toMatch(/Nothing new from the server's alarms.*nothing is shown here yet/);
  expect([board.loaded, board.alarmsRead, board.still]).toEqual([false, false, false]);
  board.take(update({ late: [] }));
  expect(await pass(9_500)).toBe('');
  expect(await pass(10_000)).toMatch(/No board has come.* for 10 s.*Watch the bedside monitors/);
  vi.advanceTimersByTime(10_000);
  board.take(update({ alarmsRead: false }));
  expect([await pass(10_000), board.loaded]).toEqual(['', true]);
});

it('says nothing of a board at a gate, where nobody waits for one', () => {
  board.loaded = false;
  board.app = { ...station, stage: 'pin' };
  board.uptime = performance.now() + 3_600_000;
  expect(board.silent).toEqual([]);
});
