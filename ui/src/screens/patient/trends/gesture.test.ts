import { describe, expect, it } from 'vitest';
import { Hand, keyed, wheeled } from './gesture';

const HOUR = 3_600_000;
const NOW = Date.UTC(2026, 10, 23, 14, 0);
const day = { from: NOW - 24 * HOUR, to: NOW };
const span = { left: 100, width: 800 };
const hours = (view: { from: number; to: number } | null) =>
  view && [(view.from - NOW) / HOUR, (view.to - NOW) / HOUR].map((h) => Math.round(h * 100) / 100);

describe('a hand on the panels', () => {
  it('keeps the moment it took hold of under it', () => {
    const hand = new Hand();
    expect(hand.drag(1, 500, NOW)).toBeNull();
    hand.press(1, 0.25, day, span);
    // A quarter of the width to the right is six hours back.
    expect(hours(hand.drag(1, 100 + 0.5 * 800, NOW))).toEqual([-30, -6]);
    expect(hours(hand.drag(1, 100 + 0.25 * 800, NOW))).toEqual([-24, 0]);
  });

  it('never shows what has not happened yet', () => {
    const hand = new Hand();
    hand.press(1, 0.5, day, span);
    expect(hours(hand.drag(1, 100, NOW))).toEqual([-24, 0]);
  });

  it('holds two moments with two fingers, and moves on with the one that stays', () => {
    const hand = new Hand();
    const before = { from: day.from - 24 * HOUR, to: day.to - 24 * HOUR };
    hand.press(1, 0.4, before, span);
    hand.press(2, 0.6, before, span);
    hand.drag(1, 100 + 0.3 * 800, NOW);
    const half = hand.drag(2, 100 + 0.7 * 800, NOW);
    expect(hours(half)).toEqual([-42, -30]);
    expect(hand.lift(2, half ?? day, () => span)).toBe(false);
    expect(hand.holds).toBe(true);
    expect(hours(hand.drag(1, 100 + 0.4 * 800, NOW))).toEqual([-43.2, -31.2]);
  });

  it('is over when the last finger leaves, and only then', () => {
    const hand = new Hand();
    expect(hand.lift(1, day, () => span)).toBe(false);
    hand.press(1, 0.5, day, span);
    expect(hand.lift(1, day, () => span)).toBe(true);
    expect(hand.holds).toBe(false);
    expect(hand.drag(1, 300, NOW)).toBeNull();
  });
});

describe('a wheel', () => {
  const turn = (deltaX: number, deltaY: number, shiftKey = false) => ({ deltaX, deltaY, shiftKey });
  it('zooms around the pointer', () => {
    const narrower = wheeled(day, turn(0, -400 * Math.LN2), 800, 0.5, NOW);
    expect(hours(narrower)).toEqual([-18, -6]);
  });
  it('moves sideways, with shift too', () => {
    expect(hours(wheeled(day, turn(-400, 10), 800, 0.5, NOW))).toEqual([-36, -12]);
    expect(hours(wheeled(day, turn(0, -400, true), 800, 0.5, NOW))).toEqual([-36, -12]);
  });
});

describe('keys', () => {
  it('move a quarter, zoom around the middle, and go to now', () => {
    const back = keyed(day, 'ArrowLeft', NOW);
    expect(hours(back)).toEqual([-30, -6]);
    expect(hours(keyed(back ?? day, 'ArrowRight', NOW))).toEqual([-24, 0]);
    expect(hours(keyed(back ?? day, '+', NOW))).toEqual([-24, -12]);
    expect(hours(keyed(back ?? day, '-', NOW))).toEqual([-48, 0]);
    expect(hours(keyed(back ?? day, 'End', NOW))).toEqual([-24, 0]);
  });
  it('leave every other key to the page', () => {
    expect(['a', 'Enter', 'Escape', 'Home', 'Tab'].map((key) => keyed(day, key, NOW))).toEqual(Array(5).fill(null));
  });
});
