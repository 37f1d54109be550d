import { cleanup, configure, render, screen } from '@testing-library/svelte';
import { tick } from 'svelte';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { asked, begin, item, live, nobody, NOW, satIn, station, tell, tile, update, who } from '../../backend/fake';
import { board } from '../../lib/board.svelte';
import { drafted } from '../../lib/draft';
import App from '../../App.svelte';

vi.mock('../../backend', () => import('../../backend/fake'));
vi.mock('../../parts/WaveStrip.svelte', () => ({ default: () => {} }));

const everything = (sitting: number, name: string) =>
  update({
    who: who({ sitting, name }),
    tiles: [tile({ name: `Patient of ${name}` })],
    order: ['p1'],
    queue: [item({ episode: 'e1' }, { name: `Patient of ${name}` })],
    link: live,
    alarmsRead: true,
  });
const STRIP = [{ bed: '12', ward: 'Ward A', priority: 'high', unanswered: true, words: '*** High', more: 1 }];

// A part is compiled here when it is first shown.
configure({ asyncUtilTimeout: 20_000 });

beforeEach(() => {
  begin();
  vi.stubGlobal('matchMedia', () => ({ matches: true, addEventListener() {}, removeEventListener() {} }));
  board.who = null;
  board.loaded = false;
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
  board.who = null;
});

async function opened() {
  render(App);
  await vi.waitFor(() => expect(asked.some(([name]) => name === 'watch')).toBe(true));
}

it('shows nothing of a patient while nobody is here, and what is on all the same', async () => {
  await opened();
  tell(everything(1, 'N. Okafor'));
  await screen.findByTestId('tile-p1');
  expect(document.body.innerHTML).toContain('Patient of N. Okafor');
  tell({ who: who(nobody), strip: STRIP });
  await tick();
  expect(screen.getByTestId('lock')).toBeTruthy();
  expect(screen.getByTestId('strip-0').textContent).toContain('12');
  expect(screen.getByTestId('strip-0').textContent).toContain('*** High +1');
  expect(screen.getByTestId('locked-why').textContent).toContain('after 5 min without input');
  expect(document.body.innerHTML).not.toContain('Patient of');
  expect([board.rows.size, board.order, board.queue, board.waiting]).toEqual([0, [], [], []]);
  // What was on its way comes too late.
  tell({ tiles: [tile({ name: 'Patient of N. Okafor' })], order: ['p1'], queue: [item()] });
  await tick();
  expect(document.body.innerHTML).not.toContain('Patient of');
});

it('gives whoever comes a board of their own, on the first screen', async () => {
  await opened();
  tell(everything(1, 'N. Okafor'));
  await screen.findByTestId('tile-p1');
  [board.screen, board.patient] = ['handover', 'p1'];
  board.past = { at: NOW, asShown: false };
  tell(everything(2, 'S. Varga'));
  await tick();
  expect([board.screen, board.patient, board.past, satIn]).toEqual(['ward', null, null, 2]);
  expect(document.body.innerHTML).not.toContain('Patient of N. Okafor');
  expect(screen.getByTestId('who').textContent).toContain('S. Varga');
});

it('keeps what somebody typed last in the sitting in which they did', async () => {
  await opened();
  tell(everything(1, 'N. Okafor'));
  const field = document.createElement('input');
  const leave = drafted('note e1', () => {})(field);
  field.value = 'Lead moved';
  field.dispatchEvent(new Event('input'));
  tell(everything(2, 'S. Varga'));
  leave();
  expect(asked.filter(([name]) => name === 'keepDraft')).toEqual([['keepDraft', 1, 'note e1', 'Lead moved']]);
});

it('greys what a role may not do, with the reason that it was told', async () => {
  await opened();
  const why = 'IT may not take over an alarm; Nurse may';
  tell({
    ...everything(1, 'I. Sorensen'),
    who: who({ name: 'I. Sorensen', role: 'IT', notAllowed: [{ right: 'take', why }] }),
  });
  const take = await screen.findByTestId('take-e1');
  expect([(take as HTMLButtonElement).disabled, take.title]).toEqual([true, why]);
  expect(station.user).toBe('S. Varga');
  expect(screen.getByTestId('who').textContent).toContain('I. Sorensen');
});
