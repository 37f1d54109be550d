import { expect, it } from 'vitest';
import { Steady } from './steady';

it.each([
  ['the same', [1, 2, 3], true],
  ['one more', [1, 2, 3, 4], false],
  ['one less', [1, 2], false],
  ['nobody', [], false],
  ['another order', [1, 3, 2], false],
])('is another list where others stand in it: %s', (_, next, isSame) => {
  const list = new Steady<number>();
  const first = list.keep([1, 2, 3]);
  const then = list.keep(next);
  expect(then).toEqual(next);
  expect(then === first).toBe(isSame);
});
