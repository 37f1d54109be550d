import { cleanup, render, screen } from '@testing-library/svelte';
import { tick } from 'svelte';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { backend } from '../backend';
import { begin, item, NOW, station } from '../backend/fake';
import { board } from '../lib/board.svelte';
import PastBanner from './PastBanner.svelte';

vi.mock('../backend', () => import('../backend/fake'));

const MINUTE = 60_000;

beforeEach(() => {
  begin();
  board.app = station;
  [board.now, board.clock, board.queue, board.present] = [NOW - 180 * MINUTE, NOW, [], []];
  board.past = { at: NOW - 180 * MINUTE, asShown: false };
});
afterEach(() => {
  cleanup();
  [board.past, board.present] = [null, []];
  vi.restoreAllMocks();
});

it('shows the alarm of now that nobody has answered, and one that comes later in an element of its own', async () => {
  render(PastBanner);
  expect(screen.queryByTestId('alarm-now')).toBeNull();
  board.present = [item({ episode: 'a', shown: '*** SpO2 84 < 90' })];
  await tick();
  const first = screen.getByTestId('alarm-now');
  expect(first.textContent).toContain('*** SpO2 84 < 90');
  board.present = [...board.present, item({ episode: 'b', shown: '*** VF', onset: NOW })];
  await tick();
  const second = screen.getByTestId('alarm-now');
  expect(second).not.toBe(first);
  expect(second.textContent).toMatch(/\*\*\* VF and 1 more/);
});

it('says nothing of what somebody has answered', () => {
  board.present = [item({ episode: 'a', unanswered: false })];
  render(PastBanner);
  expect(screen.queryByTestId('alarm-now')).toBeNull();
});

it('is now again after two minutes without a hand, and not before', async () => {
  const back = vi.spyOn(backend, 'lookBack');
  render(PastBanner);
  const began = board.uptime;
  // A clock that is set is no time without a hand.
  [board.clock, board.uptime] = [NOW + 60 * MINUTE, began + 2 * MINUTE - 1000];
  await tick();
  expect(back).not.toHaveBeenCalled();
  window.dispatchEvent(new Event('pointermove'));
  board.uptime = began + 3 * MINUTE;
  await tick();
  expect(back).not.toHaveBeenCalled();
  [board.clock, board.uptime] = [NOW - 60 * MINUTE, began + 4 * MINUTE];
  await tick();
  expect(back).toHaveBeenCalledExactlyOnceWith(null, true);
});
