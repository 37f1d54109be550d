import { expect, it } from 'vitest';
import { fromRight } from './script';

it.each([
  ['כהן, שרה', true],
  ['12 العناية', true],
  ['ܣܪܝܝܐ', true],
  ['Okafor, N.', false],
  ['3 West (العناية)', false],
  ['王小明', false],
  ['12', false],
  ['', false],
])('goes by the first letter: %s', (words, wanted) => {
  expect(fromRight(words)).toBe(wanted);
});
