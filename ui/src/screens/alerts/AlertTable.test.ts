import { cleanup, render, screen } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { tick } from 'svelte';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { asked, begin, item, NOW } from '../../backend/fake';
import { board } from '../../lib/board.svelte';
import AlertTable from './AlertTable.svelte';

vi.mock('../../backend', () => import('../../backend/fake'));
const hand = userEvent.setup();

beforeEach(() => {
  begin();
  [board.now, board.past, board.initials] = [NOW, null, false];
  // A window of some height, and rows of theirs: the test's own has no layout.
  vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(600);
  vi.spyOn(HTMLElement.prototype, 'clientWidth', 'get').mockReturnValue(900);
  vi.spyOn(HTMLElement.prototype, 'scrollHeight', 'get').mockReturnValue(10_300);
  vi.spyOn(HTMLElement.prototype, 'getBoundingClientRect').mockImplementation(function (this: HTMLElement) {
    const top = this.tagName === 'TBODY' ? 26 - (this.closest('.table')?.scrollTop ?? 0) : 0;
    return { top, left: 0, right: 900, bottom: top + 600, width: 900, height: 600 } as DOMRect;
  });
  vi.spyOn(HTMLElement.prototype, 'offsetHeight', 'get').mockImplementation(function (this: HTMLElement) {
    return this.classList.contains('grp') ? 28 : 51;
  });
});
afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

const alarms = (count: number) => Array.from({ length: count }, (_, n) => item({ episode: `e${n}` }));
const show = (count: number, choose = vi.fn()) =>
  render(AlertTable, {
    groups: [{ name: 'Active, not owned', rule: 'priority, then oldest', items: alarms(count) }],
    chosen: null,
    worst: 'e0',
    none: 'No open alert.',
    choose,
  });
const rows = () => screen.queryAllByTestId(/^row-/).map((row) => row.dataset.testid);
async function scroll(to: number) {
  const box = document.querySelector<HTMLElement>('.table');
  if (!box) throw new Error('no table');
  Object.defineProperty(box, 'scrollTop', { value: to, configurable: true });
  box.dispatchEvent(new Event('scroll'));
  await tick();
}

it('has every row of a list of a usual length', () => {
  show(40);
  expect(rows()).toHaveLength(40);
  expect(document.querySelector('.space')).toBeNull();
});

it('of a storm has the rows in sight, and says how many there are', async () => {
  show(200);
  await tick();
  expect(rows()[0]).toBe('row-e0');
  expect(rows().length).toBeLessThan(40);
  expect(screen.getByRole('table').getAttribute('aria-rowcount')).toBe('202');
  expect(screen.getByTestId('row-e3').getAttribute('aria-rowindex')).toBe('6');
});

it('has the others when somebody scrolls to them, at their place', async () => {
  show(200);
  await tick();
  await scroll(5100);
  expect(rows()).toContain('row-e102');
  expect(rows()).not.toContain('row-e0');
  const above = document.querySelector<HTMLElement>('.space td');
  expect(parseFloat(above?.style.height ?? '0')).toBeGreaterThan(4000);
});

it('keeps the row that has the focus, wherever somebody scrolls', async () => {
  show(200);
  await tick();
  screen.getByTestId('row-e1').querySelector('button')?.focus();
  await scroll(5100);
  expect(rows()).toContain('row-e1');
  expect(document.activeElement?.closest('tr')?.dataset.testid).toBe('row-e1');
});

it('takes the alarm of its row, and shows it beside the table', async () => {
  const choose = vi.fn();
  show(3, choose);
  const button = screen.getByTestId('row-e2').querySelector<HTMLElement>('.btn');
  if (button) await hand.click(button);
  expect(asked).toEqual([['take', 'e2']]);
  expect(choose).toHaveBeenCalledWith('e2');
});

it('says that there is none', () => {
  show(0);
  render(AlertTable, { groups: [], chosen: null, worst: null, none: 'Nothing matches.', choose: vi.fn() });
  expect(screen.getByText('Nothing matches.')).toBeTruthy();
});

it('takes one alarm with a double click on its row', async () => {
  [board.clock, board.taken, board.queue] = [NOW, null, alarms(2)];
  show(2);
  await hand.dblClick(screen.getByTestId('take-e0'));
  await hand.click(screen.getByTestId('taken-e0'));
  expect(asked).toEqual([['take', 'e0']]);
});
