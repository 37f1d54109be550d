import { cleanup, render, screen } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { answer, asked, begin, item, NOW, Refusal, tile, waiting } from '../backend/fake';
import { board, Row } from '../lib/board.svelte';
import WaitingList from './WaitingList.svelte';

vi.mock('../backend', () => import('../backend/fake'));
const hand = userEvent.setup();

beforeEach(() => {
  begin();
  board.queue = [item()];
  board.waiting = [waiting()];
});
afterEach(cleanup);

it('says what waits, of whom, and that only this station has it', () => {
  render(WaitingList);
  const line = screen.getByRole('listitem').textContent;
  expect(line).toContain('Took *** SpO2 low 84 < 88');
  expect(line).toContain('Bed 12');
  expect(line).toContain('this station only');
  expect(screen.queryByTestId('retry-w1')).toBeNull();
});

it('names the person whose limits wait, and not the unit', () => {
  board.rows = new Map([['p1', new Row(tile(), NOW)]]);
  board.waiting = [waiting({ episode: '', patient: 'p1', verb: 'limit', words: 'Alarm limit of' })];
  render(WaitingList);
  expect(screen.getByRole('listitem').textContent).toContain('Alarm limit of Bed 12');
});

it('tries a refused action again', async () => {
  board.waiting = [waiting({ parked: '403: not allowed' })];
  render(WaitingList);
  expect(screen.getByTestId('why-w1').textContent).toBe('403: not allowed');
  await hand.click(screen.getByTestId('retry-w1'));
  expect(asked).toEqual([['retryAction', 'w1']]);
});

it('lets go of a refused action only with words of how it was carried on', async () => {
  board.waiting = [waiting({ parked: '403: not allowed' })];
  render(WaitingList);
  await hand.click(screen.getByTestId('hand-w1'));
  expect((screen.getByTestId('hand-record') as HTMLButtonElement).disabled).toBe(true);
  await hand.type(screen.getByTestId('hand-words'), 'told by phone');
  await hand.click(screen.getByTestId('hand-record'));
  expect(asked).toEqual([['carryOnByHand', 'w1', 'told by phone']]);
});

it('says a moment in a note as people do, and no code', async () => {
  [board.clock, board.rows] = [NOW, new Map([['p1', new Row(tile(), NOW)]])];
  const at = new Date(NOW - 5 * 60_000);
  const note = `${at.toISOString()} Turned to the left side ${'x'.repeat(200)}`;
  board.waiting = [waiting({ episode: '', patient: 'p1', verb: 'annotation', words: 'Note on', note })];
  render(WaitingList);
  const said = screen.getByTestId('waiting-note').textContent ?? '';
  expect(said).toMatch(/^at \d\d:\d\d: Turned to the left side x+$/);
  cleanup();
  board.waiting = [
    waiting({ episode: '', patient: 'p1', verb: 'limit', note: '59408-5 SpO₂: 88 to -; for 12 h; COPD' }),
  ];
  render(WaitingList);
  expect(screen.getByTestId('waiting-note').textContent).toBe('SpO₂: 88 to -; for 12 h; COPD');
});

it('keeps the words where they were refused', async () => {
  answer({ carryOnByHand: () => Promise.reject(new Refusal('failed', 'The disk is full')) });
  board.waiting = [waiting({ parked: '403: not allowed' })];
  render(WaitingList);
  await hand.click(screen.getByTestId('hand-w1'));
  await hand.type(screen.getByTestId('hand-words'), 'told by phone');
  await hand.click(screen.getByTestId('hand-record'));
  expect((screen.getByTestId('hand-words') as HTMLInputElement).value).toBe('told by phone');
  expect(board.trouble).toBe('The disk is full');
});
