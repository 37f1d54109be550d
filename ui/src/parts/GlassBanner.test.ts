import { cleanup, render, screen } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { tick } from 'svelte';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { asked, begin, NOW, station, tile, update, who } from '../backend/fake';
import { board, Row } from '../lib/board.svelte';
import { hhmm } from '../lib/time';
import GlassBanner from './GlassBanner.svelte';

vi.mock('../backend', () => import('../backend/fake'));
const hand = userEvent.setup();
const UNTIL = NOW + 26 * 60_000;
const glass = { patient: 'p1', by: 'N. Okafor', reason: 'Emergency treatment: MET call', until: UNTIL };

beforeEach(() => {
  begin();
  [board.app, board.screen, board.initials] = [station, 'ward', false];
  [board.now, board.clock] = [NOW, NOW];
  board.rows = new Map([['p1', new Row(tile(), NOW)]]);
  [board.order, board.who] = [['p1'], who()];
});
afterEach(() => {
  cleanup();
  board.who = null;
});

it('says who broke the glass over whom, why and until when, for as long as it is so', async () => {
  render(GlassBanner);
  expect(screen.queryByTestId('glass-banner')).toBeNull();
  board.take(update({ who: who({ glasses: [glass] }) }));
  await tick();
  const told = screen.getByTestId('glass-banner').textContent?.replace(/\s+/g, ' ') ?? '';
  expect(told).toContain('Glass broken by N. Okafor, Bed 12, Ada Park');
  expect(told).toContain('Emergency treatment: MET call');
  expect(told).toContain(`until ${hhmm(UNTIL)}`);
  board.take(update({ who: who() }));
  await tick();
  expect(screen.queryByTestId('glass-banner')).toBeNull();
});

it('ends it with one press, of the patient it is about, and names nobody where names are hidden', async () => {
  const other = { ...glass, patient: 'p2' };
  board.rows.set('p2', new Row(tile({ patient: 'p2', place: 'Bed 14' }), NOW));
  [board.who, board.initials] = [who({ glasses: [glass, other] }), true];
  render(GlassBanner);
  const banners = screen.getAllByTestId('glass-banner');
  expect(banners.map((one) => one.dataset.patient)).toEqual(['p1', 'p2']);
  expect(banners[1]?.textContent).not.toContain('Ada Park');
  await hand.click(screen.getAllByTestId('glass-end')[1] as HTMLElement);
  expect(asked).toEqual([['endGlass', 'p2']]);
});
