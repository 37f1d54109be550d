import { cleanup, render, screen } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { tick } from 'svelte';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { alarm, begin, item, live, NOW, station, tile } from '../../backend/fake';
import { board, Row } from '../../lib/board.svelte';
import { wards } from '../../lib/wards.svelte';
import Ward from './Ward.svelte';

vi.mock('../../backend', () => import('../../backend/fake'));
const hand = userEvent.setup();

const WARDS = ['Ward 1', 'Ward 2', 'Ward 3', 'Ward 4', 'Ward 5', 'Ward 6', 'Ward 7', 'Ward 8'];
const people = WARDS.map((ward, n) => tile({ patient: `p${n}`, ward, bed: '01', place: 'Bed 01' }));
function lie(tiles = people) {
  board.rows = new Map(tiles.map((one) => [one.patient, new Row(one, NOW)]));
  board.order = tiles.map((one) => one.patient);
}
const shown = () => screen.queryAllByTestId(/^tile-/).map((one) => one.dataset.card);

beforeEach(() => {
  begin();
  sessionStorage.clear();
  [board.app, board.link, board.loaded] = [station, live, true];
  [board.now, board.clock, board.past, board.patient, board.screen] = [NOW, NOW, null, null, 'ward'];
  [board.waiting, board.queue, board.taken] = [[], [], null];
  wards.chosen = '';
  lie();
});
afterEach(cleanup);

it('keeps the ward that was chosen while a patient is opened and closed, and says of how many', async () => {
  const { unmount } = render(Ward);
  expect(shown()).toHaveLength(8);
  await hand.click(screen.getByRole('radio', { name: 'Ward 3' }));
  expect(shown()).toEqual(['p2']);
  expect(screen.getByTestId('patients').textContent).toMatch(/1 of 8\s+patients/);
  unmount();
  render(Ward);
  expect(shown()).toEqual(['p2']);
});

it('leaves the alarms of other wards in the queue, and says whose they are', async () => {
  board.queue = [item({ episode: 'a' }, { patient: 'p6', place: 'Bed 01' })];
  wards.chosen = 'Ward 3';
  render(Ward);
  expect(screen.getByTestId('alert-a').textContent).toContain('Bed 01 · Ward 7');
});

it('keeps the focus on a tile that an alarm moves', async () => {
  render(Ward);
  screen.getByTestId('tile-p4').focus();
  lie(people.map((one) => (one.patient === 'p4' ? { ...one, alarm: alarm() } : one)));
  await tick();
  await new Promise((done) => setTimeout(done, 1));
  expect((document.activeElement as HTMLElement).dataset.card).toBe('p4');
});

it('is at the tile of whose page was closed', async () => {
  board.patient = 'p5';
  render(Ward);
  await tick();
  expect((document.activeElement as HTMLElement).dataset.card).toBe('p5');
});

it('walks down a column and up again', async () => {
  // Four beside each other.
  vi.spyOn(HTMLElement.prototype, 'getBoundingClientRect').mockImplementation(function (this: HTMLElement) {
    const n = Number(this.dataset.card?.slice(1) ?? 0);
    return { left: (n % 4) * 250, top: Math.floor(n / 4) * 220 } as DOMRect;
  });
  render(Ward);
  screen.getByTestId('tile-p1').focus();
  await hand.keyboard('{ArrowDown}');
  expect((document.activeElement as HTMLElement).dataset.card).toBe('p5');
  await hand.keyboard('{ArrowRight}{ArrowUp}');
  expect((document.activeElement as HTMLElement).dataset.card).toBe('p2');
  vi.restoreAllMocks();
});
