import { cleanup, render, screen } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { tick } from 'svelte';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { answer, asked, begin, item, NOW, OWNED, station } from '../../backend/fake';
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
