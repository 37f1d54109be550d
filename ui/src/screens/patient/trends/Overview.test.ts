import { cleanup, render, screen } from '@testing-library/svelte';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { begin, station, tile } from '../../../backend/fake';
import { board } from '../../../lib/board.svelte';
import Overview from './Overview.svelte';

vi.mock('../../../backend', () => import('../../../backend/fake'));

beforeEach(() => {
  begin();
  board.app = station;
  board.past = null;
});
afterEach(cleanup);

it('names the fourteen days of a fortnight at every hour of the day', () => {
  for (let quarter = 0; quarter < 96; quarter += 1) {
    board.now = new Date(2026, 10, 28, 0, quarter * 15 + 8).getTime();
    render(Overview, { tile: tile(), view: { from: board.now - 3_600_000, to: board.now }, move: () => {} });
    const days = screen.getByTestId('overview').querySelectorAll('span');
    expect(days.length, `${quarter * 15 + 8} minutes after midnight`).toBe(14);
    cleanup();
  }
});
