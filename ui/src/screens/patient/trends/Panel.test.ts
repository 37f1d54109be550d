import { cleanup, render, screen } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Mark } from '../../../backend';
import { begin, NOW, tile } from '../../../backend/fake';
import { Crosshair } from './crosshair.svelte';
import Panel from './Panel.svelte';
import { Panels } from './panels.svelte';

vi.mock('../../../backend', () => import('../../../backend/fake'));
const hand = userEvent.setup();
const HOUR = 3_600_000;

const mark = (parts: Partial<Mark>): Mark => ({
  lane: 'hr',
  at: NOW - HOUR,
  kind: 'alarm',
  priority: 'high',
  text: 'HR 150 > 130',
  shown: '*** HR 150 > 130',
  more: 0,
  ...parts,
});
const alarm = vi.fn();
const note = vi.fn();

beforeEach(() => {
  begin();
  alarm.mockReset();
  const marks = [mark({}), mark({ kind: 'dose', priority: null, at: NOW - 2 * HOUR, shown: 'Paracetamol 1 g' })];
  const panel = { key: 'hr', label: 'HR', unit: '/min', digits: 0, samples: 9, summary: 'HR', ownRange: [50, 110] };
  const lines = { ticks: [], limits: [], gaps: [], dots: [] };
  const facts = { panels: [{ ...panel, ...lines }], marks, timeTicks: [], withheld: null };
  const panels = new Panels({
    patient: 'p1',
    range: 6 * HOUR,
    end: null,
    axes: [],
    density: 1,
    light: false,
    latest: () => NOW,
    trends: () => Promise.reject(new Error('not asked')),
    drew: () => {},
  });
  panels.drawn = { facts, picture: { width: 800, height: 80 } as ImageBitmap, bytes: 0 } as never;
  [panels.shown, panels.film] = [
    { from: NOW - 6 * HOUR, to: NOW },
    { from: NOW - 6 * HOUR, to: NOW },
  ];
  const cross = new Crosshair(() => Promise.resolve([]));
  const shared = { panels, key: 'hr', tile: tile(), cross, moment: null, notes: [], prefix: '', heads: true };
  render(Panel, { ...shared, table: () => {}, alarm, note });
});
afterEach(cleanup);

it('leads from the mark of an alarm to the alarm, and says which it is', async () => {
  const button = screen.getByRole('button', { name: /^\*\*\* HR 150 > 130, at / });
  await hand.click(button);
  expect(alarm).toHaveBeenCalledExactlyOnceWith(NOW - HOUR);
});

it('leads from nothing else to one', () => {
  expect(screen.getByRole('img', { name: /^Paracetamol/ }).tagName).toBe('SPAN');
  expect(screen.getAllByTestId('mark-alarm')).toHaveLength(1);
});
