import { cleanup, render, screen } from '@testing-library/svelte';
import { tick } from 'svelte';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { begin, live, station, update } from '../backend/fake';
import { board } from '../lib/board.svelte';
import OutageBanner from './OutageBanner.svelte';

vi.mock('../backend', () => import('../backend/fake'));

const at = (hour: number, minute: number) => new Date(2026, 10, 28, hour, minute).getTime();
const outage = {
  since: at(3, 10),
  until: at(3, 14),
  why: 'no word from the server',
  words: ['12 alarms, 3 of them High, came late'],
  alarmsWhole: at(3, 14),
  valuesWhole: null,
  lost: [{ words: '2 events (41-42)', since: at(3, 10), until: at(3, 12), read: at(3, 14) }],
};

beforeEach(() => {
  begin();
  sessionStorage.clear();
  [board.app, board.screen, board.link, board.outageSeen] = [station, 'ward', live, null];
  board.clock = at(3, 20);
});
afterEach(cleanup);

it('says after an outage what came late, what was not delivered, and by when it is whole', async () => {
  render(OutageBanner);
  expect(screen.queryByTestId('outage-banner')).toBeNull();
  board.take(update({ link: { ...live, outage } }));
  await tick();
  const banner = () => screen.getByTestId('outage-banner').textContent;
  expect(banner()).toMatch(/Not everything came from 03:10:00 to 03:14:00/);
  expect(banner()).toMatch(/12 alarms, 3 of them High, came late; 2 events \(41-42\) between 03:10:00 and 03:12:00/);
  expect(banner()).toMatch(/not delivered, read again by search at 03:14:00; alarms whole at 03:14:00/);
  expect(banner()).not.toMatch(/values whole/);
  const whole = { ...outage, valuesWhole: at(3, 16), lost: [{ ...outage.lost[0]!, read: null }] };
  board.take(update({ link: { ...live, outage: whole } }));
  await tick();
  expect(banner()).toMatch(/not read again yet; alarms whole at 03:14:00; values whole at 03:16:00/);
});

it('stays until somebody has seen it, and the next outage is said again', async () => {
  board.link = { ...live, outage };
  render(OutageBanner);
  screen.getByTestId('outage-seen').click();
  board.take(update({ link: { ...live, outage: { ...outage, valuesWhole: at(3, 16) } } }));
  await tick();
  expect(screen.queryByTestId('outage-banner')).toBeNull();
  board.take(update({ link: { ...live, outage: { ...outage, since: at(3, 17), until: at(3, 18) } } }));
  await tick();
  screen.getByTestId('outage-alarms').click();
  await tick();
  expect([board.screen, screen.queryByTestId('outage-banner')]).toEqual(['alerts', null]);
});

it('stays seen when the page is opened anew, for as long as it is the same outage, and keeps nothing else of it', async () => {
  board.link = { ...live, outage };
  render(OutageBanner);
  screen.getByTestId('outage-seen').click();
  vi.resetModules();
  const { board: anew } = await import('../lib/board.svelte');
  expect(anew).not.toBe(board);
  anew.link = { ...live, outage: { ...outage, valuesWhole: at(3, 16) } };
  expect(anew.outage).toBeNull();
  expect(sessionStorage.getItem('vigil.outage seen')).toBe(`${outage.since} ${outage.until}`);
  for (const other of [{ until: at(3, 15) }, { since: at(3, 12) }]) {
    anew.link = { ...live, outage: { ...outage, ...other } };
    expect(anew.outage).not.toBeNull();
  }
});
