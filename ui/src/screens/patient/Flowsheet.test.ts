import { cleanup, render, screen } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { tick } from 'svelte';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { answer, asked, begin, NOW, tile } from '../../backend/fake';
import type { FlowRow } from '../../backend';
import { board } from '../../lib/board.svelte';
import Flowsheet from './Flowsheet.svelte';

vi.mock('../../backend', () => import('../../backend/fake'));
const hand = userEvent.setup();
const scrolled = vi.fn();

beforeEach(() => {
  begin();
  scrolled.mockReset();
  [board.now, board.past] = [NOW, null];
  const cell = { from: NOW - (NOW % 3_600_000), n: 3, median: 88, low: 80, high: 95 };
  answer({
    flowsheet: () => Promise.resolve([{ key: 'hr', label: 'HR', unit: '/min', digits: 0, cells: [cell] }]),
  });
  vi.spyOn(HTMLElement.prototype, 'scrollWidth', 'get').mockReturnValue(2000);
  vi.spyOn(HTMLElement.prototype, 'clientWidth', 'get').mockReturnValue(800);
  vi.spyOn(HTMLElement.prototype, 'scrollTo').mockImplementation(scrolled);
  vi.stubGlobal('requestAnimationFrame', (work: () => void) => work());
});
afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});
const settled = async () => {
  await tick();
  await Promise.resolve();
  await tick();
};

it('marks the step that was chosen, and the one that is not over', async () => {
  render(Flowsheet, { tile: tile() });
  await settled();
  const chosen = () =>
    screen
      .getAllByRole('radio')
      .filter((one) => one.getAttribute('aria-checked') === 'true')
      .map((one) => one.textContent?.trim());
  expect(chosen()).toEqual(['1 h']);
  await hand.click(screen.getByTestId('step-15'));
  expect(chosen()).toEqual(['15 min']);
  const heads = [...document.querySelectorAll('thead th')];
  expect(heads.filter((one) => one.textContent?.includes('so far'))).toEqual([heads.at(-1)]);
});

it('does not jump away each minute from where somebody reads', async () => {
  render(Flowsheet, { tile: tile() });
  await settled();
  expect(scrolled).toHaveBeenCalledTimes(1);
  board.now = NOW + 60_000;
  await settled();
  expect(scrolled, 'at the end it follows the end').toHaveBeenCalledTimes(2);
  const sheet = screen.getByTestId('flowsheet');
  sheet.scrollLeft = 300;
  sheet.dispatchEvent(new Event('scroll'));
  board.now = NOW + 120_000;
  await settled();
  expect(asked.filter(([name]) => name === 'flowsheet')).toHaveLength(3);
  expect(scrolled).toHaveBeenCalledTimes(2);
});

it('shows under the columns of a step no numbers of another, whichever comes last', async () => {
  const answers: ((rows: FlowRow[]) => void)[] = [];
  answer({ flowsheet: () => new Promise((told) => answers.push(told)) });
  render(Flowsheet, { tile: tile() });
  await settled();
  await hand.click(screen.getByTestId('step-240'));
  await hand.click(screen.getByTestId('step-15'));
  expect(screen.getByTestId('flowsheet').textContent).toContain('Being read');
  const at = NOW - (NOW % (4 * 3_600_000));
  const row = (median: number): FlowRow => ({
    key: 'hr',
    label: 'HR',
    unit: '/min',
    digits: 0,
    cells: [at, NOW - (NOW % 900_000)].map((from) => ({ from, n: 3, median, low: 60, high: 99 })),
  });
  answers[2]?.([row(71)]);
  await settled();
  answers[1]?.([row(88)]);
  await settled();
  expect(screen.getByTestId('flowsheet').textContent).toContain('71');
  expect(screen.getByTestId('flowsheet').textContent).not.toContain('88');
});
