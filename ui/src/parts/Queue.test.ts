import { cleanup, render, screen } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { tick } from 'svelte';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { answer, asked, begin, HANDLED, item, NOW, OWNED } from '../backend/fake';
import { board } from '../lib/board.svelte';
import Queue from './Queue.svelte';

vi.mock('../backend', () => import('../backend/fake'));
const hand = userEvent.setup();

const alarms = (...episodes: string[]) => episodes.map((episode) => item({ episode }));
const cards = () => screen.getAllByRole('article').map((card) => card.dataset.testid);
/** The alarm as it comes back when this person has it. */
const mine = (episode: string) => item({ ...OWNED, episode, mine: true, verbs: ['release', 'handled'] });

beforeEach(() => {
  begin();
  [board.now, board.clock, board.past, board.taken, board.waiting] = [NOW, NOW, null, null, []];
  board.queue = alarms('a', 'b', 'c');
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

it('takes one alarm with a double click, and the card that was taken stays under the hand', async () => {
  // The station has it between the first click and the second.
  answer({
    take: (episode) => {
      board.queue = [...alarms('a', 'b', 'c').filter((i) => i.alarm.episode !== episode), mine(episode)];
      return Promise.resolve(null);
    },
  });
  render(Queue);
  await hand.dblClick(screen.getByTestId('take-a'));
  expect(cards()).toEqual(['alert-a', 'alert-b', 'alert-c']);
  await hand.click(screen.getByTestId('taken-a'));
  expect(asked).toEqual([['take', 'a']]);
  expect(screen.getByTestId('taken-a').textContent).toBe('Taken by you');
});

it('keeps a technical alarm in its place too', async () => {
  const technical = (episode: string) => item({ episode, priority: 'technical', group: 'technical' });
  board.queue = [technical('x'), technical('y')];
  render(Queue);
  await hand.dblClick(screen.getByTestId('take-x'));
  expect(asked).toEqual([['take', 'x']]);
  expect(cards()).toEqual(['alert-x', 'alert-y']);
});

it('keeps the focus where it was, and a key that sticks takes nobody else', async () => {
  render(Queue);
  screen.getByTestId('take-b').focus();
  await hand.keyboard('{Enter}');
  board.queue = [...alarms('a', 'c'), mine('b')];
  await tick();
  expect(document.activeElement).toBe(screen.getByTestId('taken-b'));
  await hand.keyboard('{Enter>5/}');
  expect(asked).toEqual([['take', 'b']]);
});

it('gives back what was taken by mistake', async () => {
  render(Queue);
  await hand.click(screen.getByTestId('take-b'));
  // Nothing is claimed, and nothing can be given back, before the station has recorded it.
  expect(screen.getByTestId('taken-b').textContent).toBe('Taking…');
  expect((screen.getByTestId('undo-b') as HTMLButtonElement).disabled).toBe(true);
  board.queue = [...alarms('a', 'c'), mine('b')];
  await tick();
  await hand.click(screen.getByTestId('undo-b'));
  expect(asked).toEqual([
    ['take', 'b'],
    ['release', 'b'],
  ]);
});

it('stands among those that are owned three seconds later', async () => {
  vi.useFakeTimers({ now: NOW, toFake: ['Date', 'performance'] });
  board.uptime = performance.now();
  render(Queue);
  await hand.click(screen.getByTestId('take-a'));
  board.queue = [...alarms('b', 'c'), mine('a')];
  vi.advanceTimersByTime(2500);
  board.beat();
  await vi.waitFor(() => expect(board.clock).toBe(NOW + 2500));
  expect(cards()[0]).toBe('alert-a');
  vi.advanceTimersByTime(1000);
  board.beat();
  await vi.waitFor(() => expect(cards()).toEqual(['alert-b', 'alert-c', 'alert-a']));
});

it('is a card like the others where the alarm cannot be taken', async () => {
  answer({ take: () => Promise.reject(new Error('this alarm is over')) });
  render(Queue);
  await hand.click(screen.getByTestId('take-a'));
  expect(screen.getByTestId('take-a')).toBeTruthy();
  expect(board.trouble).toBe('this alarm is over');
});

it('keeps what was handled and is still on in sight, with who said so, and asks again', async () => {
  const handled = item({ ...HANDLED, episode: 'h' });
  board.queue = [...alarms('a'), handled];
  render(Queue);
  expect(cards()).toEqual(['alert-a', 'alert-h']);
  expect(screen.getByTestId('more-h').textContent).toMatch(/^handled .*N\. Okafor, still on$/);
  expect(screen.queryByTestId('handle-h')).toBeNull();
  board.queue = [item({ ...HANDLED, episode: 'h', askedAgain: NOW, verbs: ['handled', 'note'] })];
  await tick();
  expect(screen.getByTestId('more-h').textContent).toContain('asked again');
  expect(screen.getByTestId('handle-h')).not.toBeNull();
});
