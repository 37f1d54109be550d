import { cleanup, render, screen } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { tick } from 'svelte';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { answer, asked, begin, item, NOW, OWNED, Refusal, station, who } from '../../backend/fake';
import { board } from '../../lib/board.svelte';
import Alerts from './Alerts.svelte';

vi.mock('../../backend', () => import('../../backend/fake'));
vi.mock('../../parts/WaveStrip.svelte', () => ({ default: () => {} }));
const hand = userEvent.setup();

const alarms = (...episodes: string[]) => episodes.map((episode) => item({ episode, shown: `*** ${episode}` }));
const mine = (episode: string) =>
  item({ ...OWNED, episode, shown: `*** ${episode}`, mine: true, verbs: ['release', 'handled'] });
const takes = () => asked.filter(([name]) => name === 'take');

beforeEach(() => {
  begin();
  board.app = station;
  [board.now, board.clock, board.past, board.taken, board.waiting] = [NOW, NOW, null, null, []];
  board.queue = alarms('a', 'b', 'c');
});
afterEach(cleanup);

it('takes the one that is shown with a double click, and shows it still', async () => {
  answer({
    take: (episode) => {
      board.queue = [...alarms('a', 'b', 'c').filter((i) => i.alarm.episode !== episode), mine(episode)];
      return Promise.resolve(null);
    },
  });
  render(Alerts);
  await hand.dblClick(screen.getByTestId('episode-take'));
  board.taken = null;
  await tick();
  await hand.click(screen.getByTestId('episode-take'));
  expect(takes()).toEqual([['take', 'a']]);
  expect(screen.getByTestId('episode-take').textContent).toBe('Yours');
});

it('shows the worst until a hand is there, and does not change under it', async () => {
  render(Alerts);
  const title = () => document.querySelector('.episode .alert-title')?.textContent;
  board.queue = alarms('worse', 'a', 'b');
  await tick();
  expect(title()).toContain('*** worse');
  await hand.hover(screen.getByTestId('episode-take'));
  board.queue = alarms('worst', 'worse', 'a');
  await tick();
  expect(title()).toContain('*** worse');
});

it('opens at the alarm of a mark, whatever the list shows', async () => {
  board.queue = [item({ episode: 'a' }), item({ episode: 'b', onset: NOW - 7_200_000 })];
  board.openAlarm('p1', NOW - 7_200_000);
  render(Alerts);
  await tick();
  expect([board.screen, screen.getByTestId('row-b').getAttribute('aria-selected')]).toEqual(['alerts', 'true']);
});

it('finds the alarm of a mark among those that are over, and else goes to its moment', async () => {
  const over = item({ episode: 'over', onset: NOW - 7_200_000, group: 'over', live: false });
  answer({ history: () => Promise.resolve([over]) });
  board.openAlarm('p1', NOW - 7_200_000);
  render(Alerts);
  expect((await screen.findByTestId('row-over')).getAttribute('aria-selected')).toBe('true');
  cleanup();
  board.openAlarm('p1', NOW - 9_000_000);
  render(Alerts);
  await vi.waitFor(() =>
    expect([board.screen, board.patient, board.moment]).toEqual(['patient', 'p1', NOW - 9_000_000]),
  );
});

const words = () => screen.getByTestId('episode-words') as HTMLInputElement;

it('says nothing of one alarm that was begun for another', async () => {
  board.who = who();
  const drafts = new Map<string, string>();
  answer({
    draft: (place) => Promise.resolve(drafts.get(place) ?? null),
    keepDraft: (_, place, text) => {
      drafts.set(place, text);
      return Promise.resolve(null);
    },
  });
  render(Alerts);
  await hand.click(screen.getByTestId('row-a'));
  await hand.click(screen.getByTestId('episode-note'));
  await hand.type(words(), 'moved in bed');
  // Something new of the same alarm leaves the form as it is.
  board.queue = alarms('a', 'b', 'c');
  await tick();
  expect(words().value).toBe('moved in bed');
  await hand.click(screen.getByTestId('row-b'));
  expect(screen.queryByTestId('episode-words')).toBeNull();
  await hand.click(screen.getByTestId('episode-note'));
  expect(words().value).toBe('');
  await hand.click(screen.getByTestId('row-a'));
  await hand.click(screen.getByTestId('episode-note'));
  await vi.waitFor(() => expect(words().value).toBe('moved in bed'));
  await hand.click(screen.getByTestId('episode-say'));
  expect(asked.filter(([name]) => name === 'note')).toEqual([['note', 'a', 'moved in bed']]);
  expect([...drafts.values()].filter(Boolean)).toEqual([]);
  board.who = null;
});

it('keeps words that were refused, to be said again', async () => {
  answer({ note: () => Promise.reject(new Refusal('failed', 'The disk is full')) });
  render(Alerts);
  await hand.click(screen.getByTestId('episode-note'));
  await hand.type(words(), 'moved in bed');
  await hand.click(screen.getByTestId('episode-say'));
  expect([words().value, board.trouble]).toEqual(['moved in bed', 'The disk is full']);
  answer({ note: () => Promise.resolve(null) });
  await hand.click(screen.getByTestId('episode-say'));
  expect(screen.queryByTestId('episode-words')).toBeNull();
});

it('says that the course of an alarm is not known where it could not be read', async () => {
  answer({ timeline: () => Promise.reject(new Refusal('failed', 'The cache could not be read')) });
  render(Alerts);
  expect((await screen.findByTestId('timeline-unread')).textContent).toContain('The cache could not be read');
});
