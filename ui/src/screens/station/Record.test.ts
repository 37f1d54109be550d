import { cleanup, render, screen } from '@testing-library/svelte';
import { afterEach, expect, it, vi } from 'vitest';
import { backend } from '../../backend';
import { board } from '../../lib/board.svelte';
import { when } from '../../lib/time';
import Record from './Record.svelte';

afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const at = Date.UTC(2026, 2, 14, 14, 2);
const sound = {
  entries: 12431,
  removed: 0,
  gaps: 0,
  fault: null,
  witnessedAt: at,
  witnessedBy: '7B-2',
  witnessedEntries: 12400,
  complaints: [],
};
const line = () => screen.getByTestId('record-state').textContent;

it('says how many entries verify, when another station saw them last, and that none is missing', async () => {
  vi.spyOn(backend, 'record').mockResolvedValue(sound);
  render(Record);
  await vi.waitFor(() =>
    expect(line()).toBe(`Verified: 12,431 entries, last witnessed ${when(at, board.clock)}, 0 gaps`),
  );
  expect(screen.getByTestId('record-state').title).toBe('12,400 entries were seen by 7B-2');
  expect(screen.queryByTestId('record-complaint')).toBeNull();
});

it('never says verified of a record that does not verify, or that nobody could look at', async () => {
  const record = vi.spyOn(backend, 'record');
  record.mockResolvedValue({ ...sound, gaps: 1, fault: 'entry 17: missing: it is gone, and no retention says so' });
  render(Record);
  await vi.waitFor(() => expect(line()).toContain('Does not verify: entry 17: missing'));
  expect(line()).not.toContain('Verified');
  cleanup();
  record.mockRejectedValue(new Error('the cache is closed'));
  render(Record);
  await vi.waitFor(() => expect(line()).toContain('not known: the cache is closed'));
});

it('says that nobody saw it yet, and what was found wrong with records', async () => {
  const complaints = [{ words: 'record of 7B-2 was cut', at }];
  vi.spyOn(backend, 'record').mockResolvedValue({ ...sound, witnessedAt: null, complaints });
  render(Record);
  await vi.waitFor(() => expect(line()).toBe('Verified: 12,431 entries, not witnessed yet, 0 gaps'));
  expect(screen.getByTestId('record-complaint').textContent).toContain('record of 7B-2 was cut: tell IT');
});

it('looks again while the page is open', async () => {
  vi.useFakeTimers();
  const record = vi.spyOn(backend, 'record').mockResolvedValue(sound);
  render(Record);
  await vi.advanceTimersByTimeAsync(130_000);
  expect(record.mock.calls.length).toBe(3);
});
