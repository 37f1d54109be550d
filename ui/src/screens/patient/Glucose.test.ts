import { cleanup, render, screen } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { tick } from 'svelte';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { GlucosePage } from '../../backend';
import { answer, asked, begin, insulin, NOW, tile } from '../../backend/fake';
import { board } from '../../lib/board.svelte';
import Glucose from './Glucose.svelte';

vi.mock('../../backend', () => import('../../backend/fake'));
const hand = userEvent.setup();
const DAY = 86_400_000;

const page = (more: Partial<GlucosePage> = {}): GlucosePage => ({
  unit: 'mmol/L',
  digits: 1,
  figures: [
    {
      key: 'in-range',
      label: 'In range 3.9–10.0 mmol/L',
      value: '64.2 % · 15 h 24 min a day',
      goal: 'more than 70 %',
      met: false,
    },
    { key: 'mean', label: 'Mean glucose', value: '8.4 mmol/L', goal: null, met: null },
  ],
  parts: [
    { key: 'low', label: 'below 3.9', percent: 3.1 },
    { key: 'in-range', label: '3.9–10.0', percent: 64.2 },
    { key: 'high', label: 'above 10.0', percent: 32.7 },
  ],
  tooLittle: null,
  withheld: null,
  ticks: [
    [5, 200],
    [10, 121],
    [15, 40],
  ],
  bounds: [
    [3.9, 215],
    [10, 120],
  ],
  hours: [
    [0, 0],
    [12, 300],
    [24, 600],
  ],
  ends: [180, 160, 130, 100, 60],
  days: [
    { date: '2026-10-25', cell: [0, 240, 80, 70], readings: 300, inRange: 71.4, lows: 2, hours: 25 },
    { date: '2026-10-26', cell: [88, 240, 80, 70], readings: 0, inRange: null, lows: 0, hours: null },
  ],
  summary: 'The median is lowest at 04:00.',
  insulin: null,
  ...more,
});
const drawn = (facts: GlucosePage) => ({ facts, picture: { width: 8, height: 8 } as ImageBitmap, bytes: 0 });

beforeEach(() => {
  begin();
  [board.now, board.past] = [NOW, null];
  answer({ glucose: () => Promise.resolve(drawn(page())) });
  vi.spyOn(HTMLElement.prototype, 'clientWidth', 'get').mockReturnValue(600);
});
afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});
const settled = async () => {
  for (let n = 0; n < 4; n += 1) await tick();
};
const last = () => asked.filter(([what]) => what === 'glucose').at(-1)?.[1] as Record<string, number | string>;

it('shows each figure as it came, with its goal, and whether it is met', async () => {
  render(Glucose, { tile: tile() });
  await settled();
  const row = screen.getByTestId('figure-in-range');
  expect(row.textContent).toContain('64.2 % · 15 h 24 min a day');
  expect(row.textContent).toContain('more than 70 % · not met');
  expect(row.dataset.met).toBe('false');
  expect(screen.getByTestId('figure-mean').dataset.met).toBe('none');
  expect(screen.getByRole('img', { name: 'The median is lowest at 04:00.' })).toBeTruthy();
});

it('asks for a fortnight up to now, and for what somebody chooses', async () => {
  render(Glucose, { tile: tile() });
  await settled();
  const query = last();
  expect(Number(query.to) - Number(query.from)).toBe(14 * DAY);
  expect(Number(query.to)).toBeGreaterThanOrEqual(NOW);
  expect([query.targets, query.width]).toEqual(['standard', 600]);
  await hand.click(screen.getByTestId('period-30'));
  await hand.click(screen.getByTestId('goals-pregnancy'));
  await settled();
  expect(Number(last().to) - Number(last().from)).toBe(30 * DAY);
  expect(last().targets).toBe('pregnancy');
});

it('names each day with its length where that is not a whole one, and one without a reading', async () => {
  render(Glucose, { tile: tile() });
  await settled();
  const days = [...document.querySelectorAll('.day')].map((day) => day.textContent?.replace(/\s+/g, ' ').trim());
  expect(days).toEqual(['25 Oct25 h71 % · 2 low', '26 Oct–']);
});

it('writes no percentile over another', async () => {
  answer({ glucose: () => Promise.resolve(drawn(page({ ends: [184, 182, 180, 178, 60] }))) });
  render(Glucose, { tile: tile() });
  await settled();
  const rows = [...document.querySelectorAll<HTMLElement>('.end')].map((end) => parseFloat(end.style.top));
  expect(rows).toEqual([184, 173, 162, 151, 60]);
});

it('puts no mark over a limit', async () => {
  render(Glucose, { tile: tile() });
  await settled();
  const ticks = [...document.querySelectorAll('.tick')].map((tick) => tick.textContent);
  expect(ticks).toEqual(['5.0', '15.0', '3.9', '10.0']);
});

it('says what is missing before the figures stand for somebody, and what is withheld', async () => {
  const withheld = { count: 3, words: '3 values withheld by consent' } as unknown as GlucosePage['withheld'];
  answer({ glucose: () => Promise.resolve(drawn(page({ tooLittle: '7 of 14 days', withheld }))) });
  render(Glucose, { tile: tile() });
  await settled();
  expect(screen.getByTestId('too-little').textContent).toContain('7 of 14 days');
  expect(screen.getByTestId('glucose-withheld').textContent).toContain('3 values withheld by consent');
});

it('has nothing of insulin for who has had none, and says what stands at the foot of a day where there is some', async () => {
  const { unmount } = render(Glucose, { tile: tile() });
  await settled();
  expect([screen.queryByTestId('insulin'), screen.queryByTestId('dose-marks')]).toEqual([null, null]);
  unmount();
  answer({ glucose: () => Promise.resolve(drawn(page({ insulin: insulin() }))) });
  render(Glucose, { tile: tile() });
  await settled();
  expect(screen.getByTestId('insulin').textContent).toContain('3.2 U');
  expect(screen.getByTestId('dose-marks').textContent).toBe('bolusbasaldose of a kind that is not known');
});

it('shows nothing of before where it cannot be worked out, and says why', async () => {
  render(Glucose, { tile: tile() });
  await settled();
  answer({ glucose: () => Promise.reject(new Error('the cache is damaged')) });
  await hand.click(screen.getByTestId('period-90'));
  await settled();
  expect(screen.getByRole('alert').textContent).toBe('the cache is damaged');
  expect(screen.queryByTestId('figure-mean')).toBeNull();
});

it('lets an answer that comes late not stand over the newer one', async () => {
  const waits: ((value: ReturnType<typeof drawn>) => void)[] = [];
  answer({ glucose: () => new Promise((come) => waits.push(come)) });
  render(Glucose, { tile: tile() });
  await settled();
  await hand.click(screen.getByTestId('period-30'));
  await settled();
  waits[1]?.(drawn(page({ summary: 'thirty days' })));
  await settled();
  waits[0]?.(drawn(page({ summary: 'a fortnight' })));
  await settled();
  expect(screen.queryByRole('img', { name: 'thirty days' })).toBeTruthy();
});
