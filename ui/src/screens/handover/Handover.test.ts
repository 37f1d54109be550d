import { readFileSync } from 'node:fs';
import { cleanup, render, screen } from '@testing-library/svelte';
import { tick } from 'svelte';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { answer, begin, item, live, NOW, OWNED, Refusal, station, tile } from '../../backend/fake';
import { board, Row } from '../../lib/board.svelte';
import Handover from './Handover.svelte';

vi.mock('../../backend', () => import('../../backend/fake'));

const DAY = 86_400_000;
/** The test's own window can be made smaller. */
type Desk = { happyDOM: { setViewport: (size: { width: number; height: number }) => void } };
const sheet = document.createElement('style');

beforeEach(() => {
  begin();
  board.app = station;
  [board.now, board.clock, board.past, board.link, board.initials] = [NOW, NOW, null, live, false];
  board.queue = [item({ ...OWNED, episode: 'a', onset: NOW - DAY, ownedAt: NOW - DAY + 60_000 })];
  const people = [tile(), tile({ patient: 'p2', ward: 'Ward B' })];
  board.rows = new Map(people.map((one) => [one.patient, new Row(one, NOW)]));
  board.order = ['p1', 'p2'];
  sheet.textContent = readFileSync('src/styles/table.css', 'utf8');
  document.head.append(sheet);
});
afterEach(() => {
  cleanup();
  sheet.remove();
});

it.each([1024, 1280, 1440])('says since when, who and what in a window %i wide', (width) => {
  (window as unknown as Desk).happyDOM.setViewport({ width, height: 700 });
  render(Handover);
  const column = screen.getByText('Since, who, what');
  expect(getComputedStyle(column).display).not.toBe('none');
  const cells = [...document.querySelectorAll('tr[data-alarm] td')];
  expect(cells).toHaveLength(4);
  expect(cells.filter((cell) => getComputedStyle(cell).display === 'none')).toEqual([]);
  expect(cells[3]?.textContent).toContain('N. Okafor');
});

it('names the ward of each bed, and the day of what began yesterday', () => {
  render(Handover);
  const beds = [...document.querySelectorAll('.bedcell')].map((cell) => cell.textContent);
  expect(beds).toEqual(['12Ward A', '12Ward A', '12Ward B']);
  expect(document.querySelector('tr[data-alarm] td:last-child')?.textContent).toMatch(/^Sun 22 Nov \d\d:\d\d/);
});

it('gives a name its own direction', async () => {
  answer({ shiftNotes: () => Promise.resolve([{ patient: 'p1', at: NOW, by: 'ليلى', text: 'نام جيدا' }]) });
  render(Handover);
  const note = await screen.findByTestId('shift-note');
  expect([...note.querySelectorAll('bdi')].map((one) => one.textContent)).toEqual(['ليلى', 'نام جيدا']);
});

it('shows what others write while it is open, and says what could not be read', async () => {
  render(Handover);
  await tick();
  expect(screen.queryByTestId('shift-note')).toBeNull();
  answer({ shiftNotes: () => Promise.resolve([{ patient: 'p1', at: NOW, by: 'S. Varga', text: 'slept well' }]) });
  board.now = NOW + 10_000;
  expect((await screen.findByTestId('shift-note')).textContent).toContain('slept well');
  answer({ shiftNotes: () => Promise.reject(new Refusal('failed', 'The cache could not be read')) });
  board.queue = [...board.queue];
  expect((await screen.findByTestId('handover-unread')).textContent).toContain('The cache could not be read');
});
