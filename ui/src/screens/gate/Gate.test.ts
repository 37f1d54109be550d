import { cleanup, render, screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { answer, asked, begin, Refusal, station } from '../../backend/fake';
import { board } from '../../lib/board.svelte';
import Gate from './Gate.svelte';

vi.mock('../../backend', () => import('../../backend/fake'));
const hand = userEvent.setup();
const WHY = 'another Vigil is using the folder';

beforeEach(() => {
  begin();
  board.app = { ...station, stage: 'cannot-start', trouble: WHY };
});
afterEach(cleanup);

it('says why a station cannot be opened, and that nobody is watched meanwhile', () => {
  render(Gate);
  expect(screen.getByTestId('cannot-start').textContent).toContain(WHY);
  expect(screen.getByTestId('cannot-start').textContent).toContain('Use the bedside monitors');
  expect(screen.queryByTestId('server-url')).toBeNull();
});

it('says so again as long as the cause is there, and lets somebody try once more', async () => {
  answer({ startAgain: () => Promise.reject(new Refusal('in-use', WHY)) });
  render(Gate);
  await hand.click(screen.getByTestId('start-again'));
  await waitFor(() => expect(screen.getByTestId('gate-trouble').textContent).toBe(WHY));
  expect(asked.filter(([name]) => name === 'startAgain')).toHaveLength(1);
  expect(screen.getByTestId('start-again')).toHaveProperty('disabled', false);
});
