import { describe, expect, it } from 'vitest';
import { Frames } from './frames';

/** Frames that come when the test says so. */
function stage() {
  const asked: (() => void)[] = [];
  const done: string[] = [];
  let clock = 0;
  const frames = new Frames(
    (frame) => asked.push(frame),
    () => clock,
  );
  /** Time goes by without a frame: the window is minimised. */
  const wait = (ms: number) => frames.hurry((clock += ms));
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
  return { frames, later, frame, wait, done };
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

  it('is done as a whole where no frame comes, and no part of it is shown again when one does', () => {
    const { frames, later, frame, wait, done } = stage();
    later('tile');
    frames.soon('first alarm', () => done.push('first alarm'));
    frames.soon('second alarm', () => done.push('second alarm'));
    wait(900);
    expect(done).toEqual([]);
    wait(100);
    expect(done).toEqual(['first alarm', 'second alarm', 'tile']);
    later('newer tile');
    wait(0);
    expect(frame()).toEqual([]);
    expect(done).toEqual(['first alarm', 'second alarm', 'tile', 'newer tile']);
    // And then it is as ever.
    later('a', 'b');
    expect([frame(), frame(), frame()]).toEqual([['a'], ['b'], null]);
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
