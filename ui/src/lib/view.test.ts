import { describe, expect, it } from 'vitest';
import { apart, joined, lies, pan, pinch, spaced, stepOf, zoom } from './view';

const NOW = 1_000_000_000;
const view = { from: NOW - 7_200_000, to: NOW - 3_600_000 };

describe('a range of time under the hand', () => {
  it('moves by its own width and stops at now', () => {
    expect(pan(view, -0.5, NOW)).toEqual({ from: view.from - 1_800_000, to: view.to - 1_800_000 });
    expect(pan(view, 9, NOW)).toEqual({ from: NOW - 3_600_000, to: NOW });
  });

  it('grows around the moment under the pointer, between a minute and fifteen days', () => {
    const closer = zoom(view, 0.5, 0.25, NOW);
    expect(closer.to - closer.from).toBe(1_800_000);
    expect(closer.from + 0.25 * 1_800_000).toBe(view.from + 0.25 * 3_600_000);
    expect(zoom(view, 1e-9, 0.5, NOW).to - zoom(view, 1e-9, 0.5, NOW).from).toBe(60_000);
    const widest = zoom(view, 1e9, 0.5, NOW);
    expect([widest.to, widest.to - widest.from]).toEqual([NOW, 15 * 86_400_000]);
  });

  it('follows two fingers: apart is closer, together is wider, and what is between them stays between them', () => {
    const closer = pinch(view, [0.4, 0.6], [0.3, 0.7], NOW);
    expect(closer.to - closer.from).toBeCloseTo(1_800_000);
    expect(closer.from + 0.5 * 1_800_000).toBeCloseTo(view.from + 0.5 * 3_600_000);
    expect(pinch(view, [0.2, 0.6], [0.3, 0.7], NOW)).toEqual({ from: view.from - 360_000, to: view.to - 360_000 });
    const wider = pinch(view, [0.3, 0.7], [0.45, 0.55], NOW);
    expect(wider.to - wider.from).toBeCloseTo(4 * 3_600_000);
    expect(wider.to).toBeLessThanOrEqual(NOW);
  });

  it('gives two panels one axis, and one that stands alone its own', () => {
    expect(
      joined(
        [
          ['hr', 50, 110],
          ['temp', 36, 38],
        ],
        [['hr', 40, 90]],
      ),
    ).toEqual([['hr', 40, 110]]);
  });

  it('shows the old picture where it belongs until the new one is there', () => {
    expect(lies(view, view)).toEqual({ left: 0, scale: 1 });
    expect(lies(view, pan(view, -0.25, NOW))).toEqual({ left: 0.25, scale: 1 });
    expect(lies(view, zoom(view, 2, 0, NOW)).scale).toBe(0.5);
  });
});

describe('words beside the lines of a panel', () => {
  it('stay where they are while there is room, and make room for each other', () => {
    expect(
      apart(
        [
          ['high', 10],
          ['low', 60],
        ],
        12,
      ),
    ).toEqual([
      ['high', 10],
      ['low', 60],
    ]);
    expect(
      apart(
        [
          ['five', 30],
          ['seven', 24],
        ],
        12,
      ),
    ).toEqual([
      ['seven', 21],
      ['five', 33],
    ]);
    const three = apart(
      [
        ['a', 20],
        ['b', 22],
        ['c', 24],
      ],
      12,
    ).map(([, y]) => y);
    expect(three[1]! - three[0]!).toBeGreaterThan(10);
    expect(three[2]! - three[1]!).toBeGreaterThan(10);
  });

  it('of a scale are left out where there is none', () => {
    expect(
      spaced(
        [
          ['36', 40],
          ['37', 25],
          ['38', 10],
        ],
        12,
      ),
    ).toEqual([
      ['36', 40],
      ['37', 25],
      ['38', 10],
    ]);
    expect(
      spaced(
        [
          ['36', 30],
          ['37', 21],
          ['38', 12],
        ],
        12,
      ),
    ).toEqual([
      ['36', 30],
      ['38', 12],
    ]);
  });
});

describe('a panel as a table', () => {
  it('has steps that a person can read through', () => {
    const hours = [1, 6, 24, 72, 336];
    const steps = hours.map((h) => stepOf({ from: NOW - h * 3_600_000, to: NOW }));
    expect(steps).toEqual([1, 5, 15, 60, 240]);
    expect(stepOf({ from: 0, to: 50 * 365 * 86_400_000 })).toBe(1440);
  });
});
