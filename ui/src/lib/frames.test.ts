import { describe, expect, it } from 'vitest';
import { Frames } from './frames';

/** Frames that come when the test says so. */
function stage() {
  const asked: (() => void)[] = [];
  const done: string[] = [];
  const frames = new Frames((frame) => asked.push(frame));
  const later = (...names: string[]) => names.forEach((name) => frames.later(name, () => done.push(name)));
  /** What one frame did; null where none was asked for. */
  const frame = () => {
    const next = asked.shift();
    if (!next) return null;
    expect(asked, 'one at a time').toEqual([]);
    const before = done.length;
    next();
    return done.slice(before);
  };
  return { frames, later, frame, done };
}

describe('work that paints', () => {
  it('is done a piece a frame, in order, and then no frame is asked for', () => {
    const { later, frame } = stage();
    later('a', 'b');
    expect([frame(), frame(), frame()]).toEqual([['a'], ['b'], null]);
    later('c');
    expect([frame(), frame()]).toEqual([['c'], null]);
  });

  it('replaces what was not done yet, and lets the flash go first', () => {
    const { frames, later, frame, done } = stage();
    later('a', 'b');
    frames.later('b', () => done.push('newer b'));
    frames.soon('flash', () => done.push('flash'));
    expect([frame(), frame(), frame(), frame()]).toEqual([['flash'], ['a'], ['newer b'], null]);
  });

  it('takes a dozen frames at most for a large lot, and forgets what is of another moment', () => {
    const { frames, later, frame } = stage();
    later(...Array.from({ length: 100 }, (_, n) => String(n)));
    const each = Array.from({ length: 12 }, () => frame()?.length);
    expect(each).toEqual([9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 1]);
    later('x');
    frames.clear();
    expect([frame(), frame()]).toEqual([[], null]);
  });
});
