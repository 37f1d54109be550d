import { beforeEach, afterEach, describe, expect, it, vi } from 'vitest';
import { alarm, answer, asked, begin, item, live, NOW, Refusal, tell, tile } from '../backend/fake';

vi.mock('../backend', () => import('../backend/fake'));
const { board } = await import('./board.svelte');

const HOUR = 3_600_000;
const hr = (text: string) => tile({ cells: tile().cells.map((c) => (c.slot === 'hr' ? { ...c, text } : c)) });
const shown = (patient: string) => board.rows.get(patient)?.tile.cells.find((c) => c.slot === 'hr')?.text;
/** What the next frame paints. */
const frame = () => vi.advanceTimersByTime(17);

beforeEach(async () => {
  vi.useFakeTimers({ now: NOW });
  begin();
  board.loaded = false;
  board.rows = new Map();
  board.order = [];
  board.past = null;
  await board.begin();
  tell({ tiles: [tile(), tile({ patient: 'p2', bed: '13' })], order: ['p1', 'p2'], queue: [], link: live });
});
afterEach(() => void vi.useRealTimers());

describe('the board', () => {
  it('shows everybody with the first message', () => {
    expect(board.listed().map((row) => row.tile.bed)).toEqual(['12', '13']);
    expect([board.online, board.offline, board.still]).toEqual([true, false, false]);
  });

  it('shows an alarm with the next frame, before the values that came with it', () => {
    const [calm, alarming] = [hr('90'), tile({ patient: 'p2', bed: '13', alarm: alarm() })];
    tell({ tiles: [calm, alarming], queue: [item({}, { patient: 'p2' })], raised: ['e1'] });
    // The queue at once, the tile with the first frame, the value after it.
    expect(board.queue).toHaveLength(1);
    expect(board.rows.get('p2')?.tile.alarm).toBeNull();
    frame();
    expect(board.rows.get('p2')?.tile.alarm?.episode).toBe('e1');
    expect(shown('p1')).toBe('88');
    frame();
    expect(shown('p1')).toBe('90');
  });

  it('never shows an older value after a newer alarm of the same tile', () => {
    tell({ tiles: [hr('90')] });
    tell({ tiles: [{ ...hr('150'), alarm: alarm() }] });
    for (let n = 0; n < 6; n += 1) frame();
    expect(shown('p1')).toBe('150');
  });

  it('does not keep who left', () => {
    tell({ order: ['p2'] });
    frame();
    expect(board.rows.has('p1')).toBe(false);
    expect(board.listed().map((row) => row.tile.patient)).toEqual(['p2']);
  });

  it('shows the past with the people of then, and says of when it is', () => {
    const at = NOW - 5 * HOUR;
    tell({ moment: { past: { at, asShown: true } }, tiles: [tile({ patient: 'p9', bed: '1' })], order: ['p9'] });
    expect(board.listed().map((row) => row.tile.patient)).toEqual(['p9']);
    expect([board.still, board.asOf, board.now]).toEqual([true, at, at]);
  });

  it('tells of the last good data while the server is out of reach', () => {
    tell({ link: { ...live, online: false, since: NOW - 60_000, lastGood: NOW - 90_000 } });
    expect([board.offline, board.still, board.asOf]).toEqual([true, true, NOW - 90_000]);
  });

  it('says what was not recorded, in the words of who refused it', async () => {
    board.trouble = null;
    answer({ take: () => Promise.reject(new Refusal('failed', 'nothing was recorded: the disk is full')) });
    const acts = board.acts;
    await board.act(async () => (await import('../backend')).backend.take('e1'));
    expect(board.trouble).toBe('nothing was recorded: the disk is full');
    expect(board.acts).toBe(acts);
    expect(asked.at(-1)).toEqual(['take', 'e1']);
  });
});
