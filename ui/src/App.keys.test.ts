import { cleanup, configure, render, screen } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { tick } from 'svelte';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { answer, asked, begin, item, live, NOW, station, tell, tile } from './backend/fake';
import App from './App.svelte';
import { board } from './lib/board.svelte';
import { dialogs } from './lib/dialogs.svelte';

vi.mock('./backend', () => import('./backend/fake'));
const hand = userEvent.setup();

// A part is compiled here when it is first shown.
configure({ asyncUtilTimeout: 20_000 });

beforeEach(async () => {
  begin();
  answer({ state: () => Promise.resolve(station) });
  [board.loaded, board.past, board.screen, board.patient] = [false, null, 'ward', null];
  [dialogs.search, dialogs.keys] = [false, false];
  Element.prototype.scrollIntoView = vi.fn();
  vi.stubGlobal('matchMedia', () => ({ matches: true, addEventListener() {}, removeEventListener() {} }));
  render(App);
  await screen.findByTestId('nav-ward').catch(() => {});
  tell({
    tiles: [tile(), tile({ patient: 'p2', bed: '13', place: 'Bed 13', name: 'Bo Lind', ward: 'Ward B' })],
    order: ['p1', 'p2'],
    queue: [item({ episode: 'a' }), item({ episode: 'b' }, { patient: 'p2', place: 'Bed 13' })],
    link: { ...live, lastGood: NOW },
  });
  await tick();
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

it.each(['/', '{Control>}f{/Control}'])('searches with %s, from any screen', async (keys) => {
  board.screen = 'handover';
  await tick();
  await hand.keyboard(keys);
  const field = (await screen.findByTestId('search-words')) as HTMLInputElement;
  field.focus();
  await hand.type(field, 'lind');
  expect(field.value).toBe('lind');
  await hand.keyboard('{Enter}');
  expect([board.screen, board.patient, dialogs.search]).toEqual(['patient', 'p2', false]);
});

it('opens no search with a letter of a word that is typed', async () => {
  board.screen = 'alerts';
  await tick();
  await hand.type(await screen.findByLabelText('Search alerts'), '1/2');
  expect(dialogs.search).toBe(false);
});

it('reaches the first alarm with one key from any screen, and takes nothing by it', async () => {
  for (const from of ['ward', 'alerts', 'handover'] as const) {
    board.screen = from;
    await tick();
    if (from === 'alerts') await screen.findByTestId('alert-rows');
    (document.activeElement as HTMLElement | null)?.blur();
    await hand.keyboard('n');
    await vi.waitFor(() => expect((document.activeElement as HTMLElement).dataset.testid, from).toBe('take-a'));
  }
  await hand.keyboard('n');
  await vi.waitFor(() => expect((document.activeElement as HTMLElement).dataset.testid).toBe('take-b'));
  expect(asked.filter(([name]) => name === 'take')).toEqual([]);
});

it('presses nothing that the focus goes to while a key is held down', async () => {
  board.screen = 'alerts';
  await tick();
  (await screen.findByTestId('episode-note')).focus();
  await hand.keyboard('{Enter>3/}');
  expect(screen.getByTestId('episode-words')).toBeTruthy();
  const held = new KeyboardEvent('keydown', { key: 'Enter', repeat: true, bubbles: true, cancelable: true });
  screen.getByTestId('nav-ward').dispatchEvent(held);
  expect(held.defaultPrevented).toBe(true);
});

it('takes what is typed while a dialog comes for no key of the screen behind it', async () => {
  dialogs.search = true;
  await hand.keyboard('s');
  expect(board.screen).toBe('ward');
});

it('says what the keys do', async () => {
  await hand.keyboard('?');
  expect((await screen.findByTestId('keys')).textContent).toContain('Search a patient by name, number or bed');
});
