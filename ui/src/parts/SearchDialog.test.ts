import { cleanup, render, screen } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { tick } from 'svelte';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { begin, NOW, tile } from '../backend/fake';
import { board, Row } from '../lib/board.svelte';
import { wards } from '../lib/wards.svelte';
import SearchDialog from './SearchDialog.svelte';

vi.mock('../backend', () => import('../backend/fake'));
const hand = userEvent.setup();
const close = vi.fn();

const people = [
  tile({ patient: 'a', ward: 'Ward 1', bed: '01', place: 'Bed 01', name: 'Park, Ada', mrn: '0012' }),
  tile({ patient: 'b', ward: 'Ward 2', bed: '01', place: 'Bed 01', name: 'Park, Bo', mrn: '0013' }),
  tile({ patient: 'c', ward: 'Ward 2', bed: '02', place: 'Bed 02', name: 'Müller, Cy', mrn: '0014' }),
];
function show(tiles = people) {
  board.rows = new Map(tiles.map((one) => [one.patient, new Row(one, NOW)]));
  board.order = tiles.map((one) => one.patient);
}
beforeEach(() => {
  begin();
  close.mockReset();
  Element.prototype.scrollIntoView ??= () => {};
  show();
  [board.patient, board.screen, board.initials] = [null, 'ward', false];
});
afterEach(cleanup);

async function open(words = '') {
  render(SearchDialog, { close });
  const field = await screen.findByTestId('search-words');
  field.focus();
  if (words) await hand.type(field, words);
  await tick();
}
const rows = () => screen.queryAllByTestId(/^found-/).map((row) => row.textContent?.replace(/\s+/g, ' ').trim());

it('says bed, ward, name and number of each, over all wards whichever is looked at', async () => {
  wards.chosen = 'Ward 2';
  await open();
  expect(rows()).toEqual([
    expect.stringMatching(/^Bed 01 ?Ward 1 ?Park, Ada ?MRN 0012 · born 14 Mar 1955/),
    expect.stringMatching(/^Bed 01 ?Ward 2 ?Park, Bo/),
    expect.stringMatching(/^Bed 02 ?Ward 2 ?Müller, Cy/),
  ]);
});

it('opens who is meant with the keys alone', async () => {
  await open('park');
  await hand.keyboard('{ArrowDown}');
  await hand.keyboard('{Enter}');
  expect([board.screen, board.patient]).toEqual(['patient', 'b']);
  expect(close).toHaveBeenCalled();
});

it('opens the first with Enter, and goes back up', async () => {
  await open('muller');
  await hand.keyboard('{Enter}');
  expect(board.patient).toBe('c');
  cleanup();
  await open();
  await hand.keyboard('{ArrowDown}{ArrowDown}{ArrowUp}{Enter}');
  expect(board.patient).toBe('b');
});

it('opens nobody with Escape, and with Enter where nobody is found', async () => {
  await open('zzz');
  expect(screen.getByTestId('search-count').textContent).toContain('Nobody');
  await hand.keyboard('{Enter}');
  expect(board.patient).toBeNull();
  await hand.keyboard('{Escape}');
  expect(close).toHaveBeenCalled();
  expect(board.patient).toBeNull();
});

it('does not move anybody under the hand when the board does', async () => {
  await open('park');
  show([people[2]!, people[1]!, people[0]!]);
  await tick();
  await hand.keyboard('{Enter}');
  expect(board.patient).toBe('a');
});

it('opens with a click', async () => {
  await open();
  await hand.click(screen.getByTestId('found-c'));
  expect(board.patient).toBe('c');
});

it('shows no name and no number where they are hidden', async () => {
  board.initials = true;
  await open('0013');
  expect(rows()[0]).toMatch(/A\. P\. ?MRN •••/);
  expect(rows()[0]).not.toContain('Park');
});
