import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { beside, keepsFocus, toNextAlarm } from './focus';

let host: HTMLElement;
let release: () => void;
const card = (name: string, free = true, verbs = ['take', 'pause', 'handled']) =>
  `<article data-card="${name}" data-free="${free}">${verbs.map((verb) => `<button id="${verb}-${name}">${verb}</button>`).join('')}</article>`;
const at = (id: string) => document.getElementById(id) as HTMLButtonElement;
const where = () => {
  const { activeElement: on } = document;
  return on?.id || (on as HTMLElement | null)?.dataset.card || on?.tagName;
};
/** Observers have looked, and so has the next task. */
const seen = () => new Promise((done) => setTimeout(done, 1));

beforeEach(() => {
  document.body.innerHTML = `<main>${card('a')}${card('b')}${card('c')}</main><button id="elsewhere"></button>`;
  host = document.querySelector('main')!;
  release = keepsFocus(host);
});
afterEach(() => release());

it('goes to the next verb of the same alarm where the one that was pressed is off', async () => {
  at('pause-b').focus();
  at('pause-b').disabled = true;
  await seen();
  expect(where()).toBe('handled-b');
});

it('stays with an alarm that is moved', async () => {
  at('handled-a').focus();
  const moved = host.firstElementChild!;
  moved.remove();
  host.append(moved);
  await seen();
  expect(where()).toBe('handled-a');
});

it('stays with an alarm whose verbs are others now', async () => {
  at('take-b').focus();
  host.children[1]!.outerHTML = card('b', false, ['handled']);
  await seen();
  expect(where()).toBe('handled-b');
});

it('goes to the next card and to no button of it where its own is gone', async () => {
  at('take-b').focus();
  host.children[1]!.remove();
  await seen();
  expect(where()).toBe('c');
  host.children[1]!.remove();
  await seen();
  expect(where()).toBe('a');
  host.replaceChildren();
  await seen();
  expect(document.activeElement).toBe(host);
});

it('leaves somebody alone who went elsewhere', async () => {
  at('take-b').focus();
  at('elsewhere').focus();
  await seen();
  host.children[1]!.remove();
  await seen();
  expect(where()).toBe('elsewhere');
  at('take-a').focus();
  at('take-a').blur();
  await seen();
  host.children[0]!.remove();
  await seen();
  expect(where()).toBe('BODY');
});

it('reaches the first alarm that nobody has with one key, then the next, then the first again', () => {
  document.body.innerHTML = card('owned', false, ['handled']) + card('a') + card('b') + card('held', false);
  Element.prototype.scrollIntoView = vi.fn();
  const steps = Array.from({ length: 3 }, () => (toNextAlarm(), where()));
  expect(steps).toEqual(['take-a', 'take-b', 'take-a']);
  at('handled-owned').focus();
  toNextAlarm();
  expect(where()).toBe('take-a');
  document.body.innerHTML = card('owned', false, ['handled']);
  toNextAlarm();
  expect(where()).toBe('handled-owned');
});

// Three tiles, a word, then two more, and one of another height.
const TILES = [
  [0, 0],
  [250, 2],
  [500, 0],
  [0, 240],
  [250, 238],
  [0, 450],
].map(([left = 0, top = 0]) => ({ left, top }));

it.each([
  [0, 'ArrowRight', 1],
  [2, 'ArrowRight', 3],
  [3, 'ArrowLeft', 2],
  [0, 'ArrowLeft', null],
  [5, 'ArrowRight', null],
  [0, 'ArrowDown', 3],
  [1, 'ArrowDown', 4],
  [2, 'ArrowDown', 4],
  [4, 'ArrowDown', 5],
  [5, 'ArrowDown', null],
  [5, 'ArrowUp', 3],
  [4, 'ArrowUp', 1],
  [0, 'ArrowUp', null],
  [0, 'Enter', null],
])('from tile %i %s leads to %s', (from, key, to) => {
  expect(beside(TILES, from, key)).toBe(to);
});
