import { cleanup, render, screen } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { tick } from 'svelte';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { begin, live, NOW, station, tile } from '../../backend/fake';
import { board, Row } from '../../lib/board.svelte';
import Patient from './Patient.svelte';

vi.mock('../../backend', () => import('../../backend/fake'));
vi.mock('../../parts/WaveStrip.svelte', () => ({ default: () => {} }));
vi.mock('./trends/Trends.svelte', () => ({ default: () => {} }));
const hand = userEvent.setup();

beforeEach(() => {
  begin();
  [board.app, board.link, board.loaded] = [station, live, true];
  [board.now, board.clock, board.past, board.queue] = [NOW, NOW, null, []];
  board.rows = new Map([['p1', new Row(tile(), NOW)]]);
  board.order = ['p1'];
});
afterEach(cleanup);

it('shows the waves of the moment that somebody came for, and live waves to who came for none', async () => {
  board.open('p1', NOW - 3_600_000);
  const { unmount } = render(Patient);
  await tick();
  await hand.click(screen.getByTestId('view-waves'));
  expect(screen.getByTestId('wave-page').dataset.live).toBe('false');
  await hand.click(screen.getByTestId('live'));
  expect(screen.getByTestId('wave-page').dataset.live).toBe('true');
  unmount();
  board.open('p1');
  render(Patient);
  await hand.click(screen.getByTestId('view-waves'));
  expect(screen.getByTestId('wave-page').dataset.live).toBe('true');
});

it('begins at the name of who was opened, where what had the focus is gone', async () => {
  board.open('p1');
  render(Patient);
  await tick();
  await tick();
  expect(document.activeElement).toBe(screen.getByTestId('patient-name'));
});
