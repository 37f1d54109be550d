import { cleanup, render, screen } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, it, vi } from 'vitest';
import Choice from './Choice.svelte';

const hand = userEvent.setup();
afterEach(cleanup);
const HOURS = [1, 6, 24].map((value) => ({ value, name: `${value} h` }));
const chosen = () =>
  screen
    .getAllByRole('radio')
    .filter((one) => one.getAttribute('aria-checked') === 'true')
    .map((one) => one.textContent?.trim());

it('is one stop of the Tab key; arrows, Home and End walk through it, Enter chooses', async () => {
  const choose = vi.fn();
  render(Choice, { label: 'How far back', options: HOURS, value: 6, choose });
  expect(screen.getByRole('radiogroup', { name: 'How far back' })).toBeTruthy();
  expect(chosen()).toEqual(['6 h']);
  screen.getAllByRole('radio')[0]?.focus();
  await hand.keyboard('{ArrowRight}{ArrowRight}');
  expect(document.activeElement?.textContent?.trim()).toBe('24 h');
  expect(choose).not.toHaveBeenCalled();
  await hand.keyboard('{Home}{End}{Enter}');
  expect(choose).toHaveBeenLastCalledWith(24);
  expect(chosen()).toEqual(['24 h']);
});

it('always has one that is chosen', async () => {
  render(Choice, { label: 'How far back', options: HOURS, value: 6 });
  await hand.click(screen.getByText('6 h'));
  expect(chosen()).toEqual(['6 h']);
});

it('keeps a count apart from its word', () => {
  render(Choice, { label: 'Whose', options: [{ value: 1, name: 'All', count: 10 }], value: 1 });
  expect(screen.getByRole('radio').textContent).toBe('All 10');
});
