import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Drawn, TrendsQuery } from '../../../backend';
import { Panels, type Moved, type Wanted } from './panels.svelte';

const HOUR = 3_600_000;
const NOW = Date.UTC(2026, 10, 23, 14, 0);

/** Panels whose pictures come when the test says so. */
function stage(over: Partial<Wanted> = {}) {
  const asked: { query: TrendsQuery; come: (drawn?: Drawn) => Promise<void>; fail: (why: string) => Promise<void> }[] =
    [];
  const picture = (query: TrendsQuery) =>
    ({
      picture: { width: query.width, height: query.height } as ImageBitmap,
      facts: { panels: [{ key: 'hr', ownRange: [50, 110] }], timeTicks: [], marks: [] },
      bytes: 1,
    }) as unknown as Drawn;
  const wanted: Wanted = {
    patient: 'p1',
    range: 24 * HOUR,
    end: null,
    axes: [],
    density: 1,
    light: false,
    latest: () => NOW,
    trends: (query) =>
      new Promise((come, fail) => {
        asked.push({
          query,
          come: async (drawn = picture(query)) => {
            come(drawn);
            await vi.advanceTimersByTimeAsync(0);
          },
          fail: async (why) => {
            fail(new Error(why));
            await vi.advanceTimersByTimeAsync(0);
          },
        });
      }),
    drew: vi.fn(),
    ...over,
  };
  const panels = new Panels(wanted);
  panels.width = 800;
  panels.height = 80;
  const slides: (number | null)[] = [];
  const moved: Moved = {
    copies: false,
    prepare: vi.fn(),
    slide: (base, to) => (slides.push(to === null ? null : to.from - base.from), false),
  };
  panels.attach(moved);
  return { panels, wanted, asked, slides, moved };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('what panels show', () => {
  it('is the range that ends now, and a range more on either side where nobody waits', async () => {
    const { panels, asked, wanted } = stage();
    panels.ask();
    expect(asked[0]?.query).toMatchObject({ patient: 'p1', from: NOW - 24 * HOUR, to: NOW, width: 800 });
    await asked[0]?.come();
    expect(panels.shown).toEqual({ from: NOW - 24 * HOUR, to: NOW });
    expect(wanted.drew).toHaveBeenCalledWith([['hr', 50, 110]]);
    await vi.advanceTimersByTimeAsync(150);
    expect(asked[1]?.query).toMatchObject({
      from: NOW - 48 * HOUR,
      to: NOW,
      width: 1600,
      focus: [NOW - 24 * HOUR, NOW],
    });
    await asked[1]?.come();
    expect(panels.film.to - panels.film.from).toBe(48 * HOUR);
    expect(panels.pictures).toBe(1);
  });

  it('is not asked for before there is room', () => {
    const { panels, asked } = stage();
    panels.width = 0;
    panels.ask();
    expect(asked).toEqual([]);
  });

  it('is not replaced by an older picture that comes late, and an overtaken one of the same range is shown meanwhile', async () => {
    const { panels, asked } = stage();
    panels.ask();
    panels.ask();
    panels.ask();
    await asked[1]?.come();
    expect(panels.pictures).toBe(1);
    await asked[0]?.come();
    expect(panels.pictures).toBe(1);
    await asked[2]?.come();
    expect(panels.pictures).toBe(2);
  });

  it('of another range than is wanted by now is not shown', async () => {
    const { panels, asked, wanted } = stage();
    panels.ask();
    wanted.range = HOUR;
    panels.ask();
    await asked[0]?.come();
    expect(panels.drawn).toBeNull();
  });

  it('says what went wrong until a picture comes', async () => {
    const { panels, asked } = stage();
    panels.ask();
    await asked[0]?.fail('the cache is busy');
    expect(panels.failed).toBe('the cache is busy');
    panels.ask();
    await asked[1]?.come();
    expect(panels.failed).toBe('');
  });
});

describe('a hand', () => {
  async function drawn() {
    const all = stage();
    all.panels.ask();
    await all.asked[0]?.come();
    return all;
  }
  const back = (hours: number) => ({ from: NOW - (24 + hours) * HOUR, to: NOW - hours * HOUR });

  it('moves what lies on the panels at once, and the range with it when it lets go', async () => {
    const { panels, wanted, slides } = await drawn();
    panels.moveTo(back(1));
    panels.moveTo(back(2));
    expect(slides.at(-1)).toBe(-2 * HOUR);
    expect(panels.here()).toEqual(back(2));
    // Nothing is laid out anew meanwhile.
    expect(panels.base).toEqual(back(0));
    panels.settle();
    expect([wanted.range, wanted.end]).toEqual([24 * HOUR, NOW - 2 * HOUR]);
  });

  it('that goes back to now follows now again', async () => {
    const { panels, wanted } = await drawn();
    wanted.end = NOW - 2 * HOUR;
    panels.moveTo(back(0));
    panels.settle();
    expect(wanted.end).toBeNull();
  });

  it('that ends where it began asks for nothing', async () => {
    const { panels, wanted } = await drawn();
    panels.moveTo(back(3));
    panels.moveTo(back(0));
    panels.settle();
    expect([wanted.range, wanted.end]).toEqual([24 * HOUR, null]);
    expect(panels.current).toEqual(panels.shown);
  });

  it('is not thrown back by a picture that comes while it holds', async () => {
    const { panels, asked } = await drawn();
    panels.hand.press(1, 0.5, back(0), { left: 0, width: 800 });
    panels.moveTo(back(2));
    panels.ask();
    await asked.at(-1)?.come();
    expect(panels.here()).toEqual(back(2));
  });

  it('that turns a wheel is over when no step follows', async () => {
    const { panels, wanted } = await drawn();
    panels.step(back(1), 120);
    await vi.advanceTimersByTimeAsync(100);
    panels.step(back(2), 120);
    await vi.advanceTimersByTimeAsync(100);
    expect(wanted.end).toBeNull();
    await vi.advanceTimersByTimeAsync(20);
    expect(wanted.end).toBe(NOW - 2 * HOUR);
  });

  it('that rests is followed by the words around the panels', async () => {
    const { panels } = await drawn();
    const told: number[] = [];
    panels.moveTo(back(1));
    panels.tell((view) => told.push((view.to - NOW) / HOUR));
    panels.moveTo(back(4));
    await vi.advanceTimersByTimeAsync(120);
    panels.tell((view) => told.push((view.to - NOW) / HOUR));
    await vi.advanceTimersByTimeAsync(120);
    expect(told.at(-1)).toBe(-4);
  });
});

describe('where a moment lies', () => {
  it('is per cent of the panel, and out of sight beside it', async () => {
    const { panels, asked } = stage();
    panels.ask();
    await asked[0]?.come();
    expect(panels.at(NOW - 12 * HOUR)).toBe(50);
    expect([panels.isOut(NOW - 12 * HOUR), panels.isOut(NOW - 30 * HOUR)]).toEqual([false, true]);
    expect([panels.isLast(NOW - 12 * HOUR), panels.isLast(NOW)]).toEqual([false, true]);
    expect([panels.holds(NOW), panels.holds(NOW - 30 * HOUR)]).toEqual([true, false]);
  });
});
