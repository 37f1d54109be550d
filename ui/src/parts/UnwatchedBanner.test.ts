import { cleanup, render, screen } from '@testing-library/svelte';
import { tick } from 'svelte';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { asked, begin, NOW, station, update } from '../backend/fake';
import { board } from '../lib/board.svelte';
import UnwatchedBanner from './UnwatchedBanner.svelte';

vi.mock('../backend', () => import('../backend/fake'));

beforeEach(() => {
  begin();
  [board.app, board.screen, board.unwatched] = [station, 'ward', null];
});
afterEach(cleanup);

it('says from when until when nobody watched, until somebody has read it', async () => {
  render(UnwatchedBanner);
  expect(screen.queryByTestId('unwatched-banner')).toBeNull();
  const night = new Date(2026, 10, 28, 3, 12).getTime();
  board.take(update({ unwatched: { from: night, to: night + 600_000 } }));
  board.take(update({ audio: { trouble: null, advice: null } }));
  await tick();
  expect(screen.getByTestId('unwatched-banner').textContent).toMatch(
    /Nobody watched at this station from .*28 Nov.* 03:12 to .*28 Nov.* 03:22/,
  );
  screen.getByTestId('unwatched-seen').click();
  await tick();
  expect(screen.queryByTestId('unwatched-banner')).toBeNull();
  expect(asked).toContainEqual(['unwatchedIsSeen', night + 600_000]);
});

it('leads to the alarms of that time', async () => {
  board.unwatched = { from: NOW - 600_000, to: NOW };
  render(UnwatchedBanner);
  screen.getByTestId('unwatched-alarms').click();
  await tick();
  expect(board.screen).toBe('alerts');
  expect(board.unwatched).toBeNull();
});
