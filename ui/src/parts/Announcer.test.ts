import { cleanup, render, screen } from '@testing-library/svelte';
import { tick } from 'svelte';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { begin, item, live, NOW, station, tile, waiting } from '../backend/fake';
import { board, Row } from '../lib/board.svelte';
import Announcer from './Announcer.svelte';
import OfflineBanner from './OfflineBanner.svelte';
import PastBanner from './PastBanner.svelte';
import TopBar from './TopBar.svelte';

vi.mock('../backend', () => import('../backend/fake'));
const SOUND = { trouble: null, advice: null };

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
  begin();
  const people = [tile(), tile({ patient: 'p2', ward: 'Ward B' })];
  board.rows = new Map(people.map((one) => [one.patient, new Row(one, NOW)]));
  board.order = ['p1', 'p2'];
  board.waiting = [];
  [board.loaded, board.past, board.queue, board.link, board.audio, board.clock] = [true, null, [], live, SOUND, NOW];
  render(Announcer);
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});
const urgent = () => [...screen.getByTestId('said-urgent').children];
const calm = () => [...screen.getByTestId('said').children].map((one) => one.textContent);

it('adds an element for each new alarm, with whose bed on which ward', async () => {
  board.queue = [item()];
  await tick();
  const [first] = urgent();
  expect(first?.textContent).toBe('High alarm: SpO2 low 84 < 88, Bed 12 · Ward A');
  vi.setSystemTime(NOW + 10_000);
  board.queue = [item(), item({ episode: 'e2' }, { patient: 'p2' })];
  await tick();
  expect(urgent()[0]).toBe(first);
  expect(urgent()[1]?.textContent).toBe('High alarm: SpO2 low 84 < 88, Bed 12 · Ward B');
});

it('leaves what waits its turn unsaid for four seconds at most', async () => {
  board.queue = [item()];
  await tick();
  board.queue = [item(), item({ episode: 'e2' }), item({ episode: 'e3' })];
  await tick();
  expect(urgent()).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(4000);
  expect(urgent()[1]?.textContent).toMatch(/^2 new alarms: 2 High/);
});

it('hears of alarms of now while somebody looks back', async () => {
  board.past = { at: NOW - 3_600_000, asShown: true };
  board.present = [item()];
  await tick();
  expect(urgent()).toHaveLength(1);
});

it('tells when the link is lost and back, and not of one that comes and goes', async () => {
  await vi.advanceTimersByTimeAsync(1000);
  expect(calm()).toEqual([]);
  board.link = { ...live, online: false, since: NOW };
  await tick();
  await vi.advanceTimersByTimeAsync(300);
  board.link = live;
  await tick();
  await vi.advanceTimersByTimeAsync(2000);
  expect(urgent()).toEqual([]);
  board.link = { ...live, online: false, since: NOW };
  await tick();
  await vi.advanceTimersByTimeAsync(1000);
  expect(urgent()[0]?.textContent).toMatch(/^Offline since \d\d:\d\d\. Newer alarms/);
  board.link = live;
  await tick();
  await vi.advanceTimersByTimeAsync(1000);
  expect(calm()).toEqual(['Live']);
});

it('says that nothing is heard on this station', async () => {
  board.audio = { trouble: 'No sound device', advice: null };
  await tick();
  expect(urgent()[0]?.textContent).toBe('No sound device: alarms are not heard on this station');
});

it('tells of actions that wait once their number rests, each number in an element of its own', async () => {
  const wait = async (n: number, ms: number) => {
    board.waiting = Array.from({ length: n }, (_, id) => waiting({ id: `w${id}` }));
    await tick();
    await vi.advanceTimersByTimeAsync(ms);
  };
  await wait(1, 300);
  await wait(0, 2000);
  expect(calm()).toEqual([]);
  await wait(1, 1000);
  const [first] = screen.getByTestId('said').children;
  await wait(2, 500);
  await wait(3, 1000);
  await wait(0, 1000);
  expect(calm()).toEqual(['1 action waits to be sent', '3 actions wait to be sent', 'Nothing waits to be sent']);
  expect(screen.getByTestId('said').children[0]).toBe(first);
});

it('tells of a clock that is off once, and not with each second of it', async () => {
  for (const offset of [-90_000, -91_000, -92_000]) {
    board.link = { ...live, clockOffsetMs: offset, clockIsOff: true };
    await tick();
  }
  expect(calm()).toEqual(['Clock off by 90 s']);
  board.link = live;
  await tick();
  expect(calm()[1]).toBe('The clocks of server and station agree again');
});

it('is the only one who says what it says', async () => {
  board.app = station;
  board.link = { ...live, online: false, since: NOW - 60_000, clockIsOff: true };
  board.past = { at: NOW - 3_600_000, asShown: true };
  board.present = [item()];
  board.waiting = [waiting()];
  board.progress = { done: 1, total: 2 };
  for (const part of [TopBar, PastBanner, OfflineBanner]) render(part);
  await tick();
  const told = [...document.querySelectorAll('[role=status], [role=alert], [role=log], [aria-live]')];
  expect(told.map((one) => (one as HTMLElement).dataset.testid)).toEqual(['said-urgent', 'said']);
  [board.past, board.present, board.progress, board.waiting] = [null, [], null, []];
});
