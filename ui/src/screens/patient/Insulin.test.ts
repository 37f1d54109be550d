import { cleanup, render, screen } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { tick } from 'svelte';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { InsulinBlock } from '../../backend';
import { begin, insulin, NOW } from '../../backend/fake';
import { board } from '../../lib/board.svelte';
import Insulin from './Insulin.svelte';

vi.mock('../../backend', () => import('../../backend/fake'));
const hand = userEvent.setup();
const MINUTE = 60_000;
const words = (element: Element) => element.textContent?.replace(/\s+/g, ' ').trim();
const rows = (id: string) => [...screen.getByTestId(id).querySelectorAll('tbody tr')].map(words);

beforeEach(() => {
  begin();
  [board.now, board.past] = [NOW, null];
});
afterEach(cleanup);
const show = (parts: Partial<InsulinBlock> = {}) => render(Insulin, { block: insulin(parts) });

it('says what still works, of which moment, and by which curve', () => {
  show({ onBoardToo: 'and 2 U of a kind that is not known' });
  const text = words(screen.getByTestId('on-board'));
  expect(text).toContain('3.2 U on board at');
  expect(text).toContain('and 2 U of a kind that is not known');
  expect(text).toContain('works 6 h, most at 75 min');
});

it('tells each finding with its cause, and marks those that somebody should look at', () => {
  show({
    findings: [
      { key: 'missed', urgent: true, text: 'Basal dose of about Fri 27 Nov 22:00 missed', cause: 'None from 19:00.' },
      { key: 'priming', urgent: false, text: '5 shots of 8 U together: priming', cause: 'In no sum.' },
    ],
  });
  const missed = screen.getByTestId('insulin-missed');
  expect(words(missed)).toBe('Basal dose of about Fri 27 Nov 22:00 missed None from 19:00.'.replace(' None', 'None'));
  expect(missed.querySelector('.ico')).not.toBeNull();
  expect(screen.getByTestId('insulin-priming').querySelector('.ico')).toBeNull();
});

it('adds up basal and bolus, and has a column for what is not known only where there is such', () => {
  const { unmount } = show();
  expect(rows('insulin-days')).toEqual(['Mean of 13 d14 U20.5 U34.5 U', '27 Nov14 U21 U35 U']);
  expect(screen.queryByText('Not known')).toBeNull();
  unmount();
  const day = { date: '2026-11-27', basal: '14 U', bolus: '21 U', unknown: '5 U', total: '40 U', priming: '8 U' };
  show({ days: [day, { ...day, date: '2026-11-26', unknown: null, priming: null }] });
  expect(screen.getByText('Not known')).toBeTruthy();
  expect(rows('insulin-days').slice(1)).toEqual(['27 Nov14 U21 U5 U40 U8 U', '26 Nov14 U21 U–40 U–']);
});

it('guesses no kind, and tells a priming from a dose', () => {
  const dose = insulin().doses[0];
  if (!dose) throw new Error('it has one');
  show({
    doses: [
      { ...dose, id: 'a', kind: 'not known', what: 'Insulin', pen: null },
      { ...dose, id: 'b', priming: true, units: '2 U' },
      { ...dose, id: 'c', records: 2 },
    ],
  });
  const kinds = [...screen.getByTestId('insulin-doses').querySelectorAll('tbody td:nth-child(3)')].map(words);
  expect(kinds).toEqual(['not known', 'priming', 'bolus']);
  expect(rows('insulin-doses')[2]).toContain('one dose, told by 2 records');
  expect(rows('insulin-doses')[1]).toContain('Rapid insulin, Insulin pen');
});

it('says what is withheld with its count, and that no dose is there', () => {
  show({ doses: [], withheld: { count: 3, words: '3 withheld: the patient refused it (3)' } });
  expect(words(screen.getByTestId('insulin-withheld'))).toContain('3 withheld: the patient refused it (3)');
  expect(rows('insulin-doses')).toEqual(['No dose in this time.']);
});

it('lists the newest doses, and all of them for who asks', async () => {
  const dose = insulin().doses[0];
  if (!dose) throw new Error('it has one');
  const doses = Array.from({ length: 40 }, (_, n) => ({ ...dose, id: `d${n}`, at: NOW - n * 60 * MINUTE }));
  show({ doses, more: 7 });
  expect(rows('insulin-doses')).toHaveLength(24);
  expect(screen.queryByText(/7 earlier ones/)).toBeNull();
  await hand.click(screen.getByTestId('all-doses'));
  await tick();
  expect(rows('insulin-doses')).toHaveLength(40);
  expect(screen.getByText(/7 earlier ones/)).toBeTruthy();
  expect(screen.queryByTestId('all-doses')).toBeNull();
});
