import { cleanup, render, screen } from '@testing-library/svelte';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { begin, item, live, NOW, station, waiting } from '../backend/fake';
import { board } from '../lib/board.svelte';
import TopBar from './TopBar.svelte';

vi.mock('../backend', () => import('../backend/fake'));

beforeEach(() => {
  begin();
  board.app = station;
  [board.now, board.clock, board.past, board.queue, board.waiting] = [NOW, NOW, null, [], []];
  board.audio = { trouble: null, advice: null };
  [board.loaded, board.late] = [true, []];
  [board.link, board.alarmsRead] = [live, true];
});
afterEach(cleanup);

it('always says that the bedside alarm is primary', () => {
  render(TopBar);
  expect(screen.getByText('Secondary display – the bedside alarm is primary')).toBeTruthy();
});

it('counts what is open by priority, and not what was handled', () => {
  board.queue = [
    item({ episode: 'a' }),
    item({ episode: 'b', presence: 'handled', live: false }),
    item({ episode: 'c', priority: 'technical' }),
  ];
  render(TopBar);
  expect(
    ['high', 'medium', 'low', 'technical'].map((p) => screen.getByTestId(`count-${p}`).getAttribute('aria-label')),
  ).toEqual(['1 High', '0 Med', '0 Low', '1 INOP']);
});

it('counts the alarms of now while somebody looks back, and does not call that live', () => {
  board.past = { at: NOW - 3_600_000, asShown: false };
  board.queue = [item({ episode: 'then' }), item({ episode: 'then too' })];
  board.present = [item({ episode: 'now' })];
  render(TopBar);
  expect(screen.getByTestId('count-high').getAttribute('aria-label')).toBe('1 High');
  expect(screen.getByTestId('chip').textContent).toBe('Looking back');
});

it('says nothing of the link before the first answer, then that it is live, then since when it is not', () => {
  board.link = { ...live, online: false, lastGood: null };
  const { unmount } = render(TopBar);
  expect(screen.getByTestId('chip').textContent).toBe('Connecting…');
  unmount();
  board.link = live;
  const second = render(TopBar);
  expect(screen.getByTestId('chip').textContent).toBe('Live');
  second.unmount();
  board.link = { ...live, online: false, since: NOW - 60_000 };
  render(TopBar);
  expect(screen.getByTestId('chip').textContent).toMatch(/^OFFLINE since \d\d:\d\d/);
});

it('warns of a clock that is off, of actions that wait, and of a station that cannot be heard', () => {
  board.link = { ...live, clockOffsetMs: -90_000, clockIsOff: true };
  board.waiting = [waiting()];
  board.audio = { trouble: 'Muted', advice: 'Turn it on' };
  render(TopBar);
  expect(screen.getByTestId('clock-skew').textContent).toBe('Clock off by 90 s');
  expect(screen.getByTestId('waiting-count').textContent).toBe('1 waiting');
  expect(screen.getByTestId('no-audio').textContent).toBe('Muted');
  expect(screen.getByTestId('no-audio').title).toBe('Turn it on');
});

it('says that nobody can check the clock, and not where it was checked', () => {
  board.link = { ...live, clockIsUnchecked: true };
  const { unmount } = render(TopBar);
  expect(screen.getByTestId('clock-unchecked').textContent).toContain('Clock not checked');
  unmount();
  board.link = live;
  render(TopBar);
  expect(screen.queryByTestId('clock-unchecked')).toBeNull();
});

it('says for as long as it is so that everybody on the way can read along', () => {
  board.link = { ...live, isInClear: true };
  const { unmount } = render(TopBar);
  expect(screen.getByTestId('in-clear').textContent).toContain('Not encrypted');
  unmount();
  board.link = live;
  render(TopBar);
  expect(screen.queryByTestId('in-clear')).toBeNull();
});

it('counts nothing before alarms were read, also before the first message, and never shows a zero for it', async () => {
  vi.resetModules();
  const { board: fresh } = await import('../lib/board.svelte');
  board.alarmsRead = fresh.alarmsRead;
  render(TopBar);
  expect(screen.getByTestId('count-high').textContent).toMatch(/^–/);
  expect(screen.getByTestId('count-high').getAttribute('aria-label')).toBe('not read yet: High');
});

it('counts down the longest pause', () => {
  const paused = (episode: string, ms: number) => item({ episode, sound: 'paused', pausedUntil: NOW + ms });
  board.queue = [paused('a', 20_000), paused('b', 84_000)];
  render(TopBar);
  expect(screen.getByTestId('audio-paused').textContent).toBe('Audio paused 2 84 s');
});

it.each([
  ['the server', 'Late'],
  ["the server's alarms", 'Late'],
  ["the server's values", 'Late'],
  ["this station's cache", 'Late'],
  ["this station's own rules", 'Late'],
  ["this station's board", 'Late'],
  ["the server's live channel", 'Late'],
  ['this window', 'Late'],
  ["this station's speaker", 'Live'],
  ["the desktop's notifications", 'Live'],
])('does not call live what nothing new comes from: %s', (what, chip) => {
  for (const link of [live, { ...live, live: false }]) {
    [board.link, board.late] = [link, [{ what, since: NOW - 12_000 }]];
    render(TopBar);
    expect(screen.getByTestId('chip').textContent).toBe(chip === 'Late' || link.live ? chip : 'Online');
    cleanup();
  }
  board.late = [];
});
