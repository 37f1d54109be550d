import { cleanup, configure, render, screen } from '@testing-library/svelte';
import { tick } from 'svelte';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import App from './App.svelte';
import { backend } from './backend';
import { asked, begin, item, nobody, station, tell, tile, who } from './backend/fake';
import { board } from './lib/board.svelte';
import { dialogs } from './lib/dialogs.svelte';

vi.mock('./backend', () => import('./backend/fake'));

// A part is compiled here when it is first shown.
configure({ asyncUtilTimeout: 20_000 });

beforeEach(() => {
  begin();
  vi.stubGlobal('matchMedia', () => ({ matches: true, addEventListener() {}, removeEventListener() {} }));
  [board.app, board.screen, board.past, board.trouble] = [station, 'ward', null, null];
});
afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

it('loses one part of the screen by a fault in it, and not the counts of alarms above it', async () => {
  vi.spyOn(console, 'error').mockImplementation(() => {});
  render(App);
  await tick();
  tell({ order: ['p1'], tiles: [tile()], queue: [item()] });
  await tick();
  // What a part asks of Rust and cannot bear.
  vi.spyOn(backend, 'shifts').mockImplementation(() => {
    throw new Error('a fault of the page');
  });
  board.screen = 'handover';
  expect((await screen.findByTestId('part-failed')).textContent).toContain('shows nothing');
  expect(screen.getByTestId('count-high').textContent).toContain('1');
  vi.mocked(backend.shifts).mockResolvedValue([]);
  screen.getByText('Show it again').click();
  await vi.waitFor(() => expect(screen.queryByTestId('part-failed')).toBeNull());
});

it('takes a badge that IT gives to somebody for that alone, and for a badge again once nobody is here', async () => {
  const tap = () => {
    for (const key of [...'04A2B9C1', 'Enter'])
      window.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
  };
  const came = () => asked.filter(([name]) => name === 'comeByBadge').length;
  render(App);
  await tick();
  tell({ order: ['p1'], tiles: [tile()], queue: [], who: who({ role: 'IT' }) });
  await tick();
  const given: string[] = [];
  dialogs.badge = (badge) => given.push(badge);
  tap();
  expect([given, came()]).toEqual([['04A2B9C1'], 0]);
  dialogs.badge = (badge) => given.push(badge);
  tell({ who: who(nobody), strip: [] });
  await tick();
  tap();
  expect([given.length, came()]).toEqual([1, 1]);
});
