import { cleanup, render, screen } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { asked, begin, item, NOW, OWNED, tile } from '../backend/fake';
import { board, Row } from '../lib/board.svelte';
import { handling } from '../lib/handling.svelte';
import AlertCard from './AlertCard.svelte';

vi.mock('../backend', () => import('../backend/fake'));
const hand = userEvent.setup();

beforeEach(() => {
  begin();
  [board.now, board.past, board.initials] = [NOW, null, false];
});
afterEach(cleanup);

it('takes the alarm it shows', async () => {
  render(AlertCard, { item: item({ episode: 'e7' }) });
  expect(screen.getByRole('heading').textContent).toContain('*** SpO2 low 84 < 88');
  await hand.click(screen.getByTestId('take-e7'));
  expect(asked).toEqual([['take', 'e7']]);
});

it('takes nothing while the past is looked at', () => {
  board.past = { at: NOW, asShown: true };
  render(AlertCard, { item: item() });
  expect(screen.getAllByRole('button').every((button) => (button as HTMLButtonElement).disabled)).toBe(true);
});

it('says who has it, and that only this station knows', () => {
  render(AlertCard, {
    item: item({ ...OWNED, knownHereOnly: true }),
  });
  expect(screen.getByRole('article').textContent).toMatch(/N\. Okafor\s+\d\d:\d\d · this station only/);
  expect(screen.queryByTestId('take-e1')).toBeNull();
});

it('asks for the reason before it is handled', async () => {
  const one = item();
  render(AlertCard, { item: one });
  await hand.click(screen.getByTestId('handle-e1'));
  expect(handling.item).toEqual(one);
  expect(asked).toEqual([]);
});

it('pauses a sound once, and says for how long', async () => {
  const { rerender } = render(AlertCard, { item: item() });
  expect(screen.getByTestId('pause-e1').textContent).toBe('Pause sound 2 min');
  await hand.click(screen.getByTestId('pause-e1'));
  expect(asked).toEqual([['pauseSound', 'e1']]);
  await rerender({ item: item({ sound: 'paused', pausedUntil: NOW + 84_000, verbs: ['take', 'handled'] }) });
  const pause = screen.getByTestId('pause-e1') as HTMLButtonElement;
  expect([pause.textContent, pause.disabled]).toEqual(['Paused 84 s', true]);
});

it('shows initials where names are hidden', () => {
  board.initials = true;
  render(AlertCard, { item: item() });
  expect(screen.getByRole('article').textContent).toContain('A. P.');
  expect(screen.getByRole('article').textContent).not.toContain('Ada');
});

it('tells its place among the others', () => {
  render(AlertCard, { item: item(), place: { n: 3, of: 80 } });
  const card = screen.getByRole('article');
  expect([card.getAttribute('aria-posinset'), card.getAttribute('aria-setsize')]).toEqual(['3', '80']);
});

it('says where somebody lies in the words that came', () => {
  render(AlertCard, { item: item({}, { bed: 'HDU 3', place: 'Bed HDU 3' }) });
  expect(screen.getByRole('article').textContent).toContain('Bed HDU 3');
});

it('names bed and ward of an alarm, and of each of its verbs, where there are several wards', () => {
  const people = [tile(), tile({ patient: 'p2', ward: 'Ward B' })];
  board.rows = new Map(people.map((one) => [one.patient, new Row(one, NOW)]));
  board.order = ['p1', 'p2'];
  render(AlertCard, { item: item({}, { patient: 'p2' }) });
  expect(screen.getByRole('article').textContent).toContain('Bed 12 · Ward B');
  for (const name of ['take', 'handle'])
    expect(screen.getByTestId(`${name}-e1`).getAttribute('aria-label')).toContain(
      'Bed 12 · Ward B, Ada Park, *** SpO2',
    );
  board.order = [];
});

it('says the day of an alarm that was taken yesterday', () => {
  render(AlertCard, { item: item({ ...OWNED, ownedAt: NOW - 86_400_000 }) });
  expect(screen.getByRole('article').textContent).toMatch(/N\. Okafor\s+Sun 22 Nov \d\d:\d\d/);
});

it('lets a name of another script run its own way, and wrap', () => {
  render(AlertCard, { item: item({}, { name: 'عبد الرحمن, محمد '.repeat(4) }) });
  expect(screen.getByRole('article').querySelector('bdi')?.textContent).toContain('محمد');
});
