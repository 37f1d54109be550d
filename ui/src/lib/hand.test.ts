import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Clicks } from './hand';

const click = (on: Element, detail: number, type = 'click') =>
  on.dispatchEvent(new MouseEvent(type, { bubbles: true, cancelable: true, detail }));
const pressed = vi.fn();
const clicks = new Clicks();

beforeEach(() => {
  pressed.mockReset();
  document.body.innerHTML = '<button id="a"><b>one</b><i>more</i></button><button id="b">other</button>';
  for (const button of document.querySelectorAll('button'))
    for (const type of ['click', 'dblclick']) button.addEventListener(type, () => void pressed(`${type} ${button.id}`));
  for (const type of ['click', 'dblclick'] as const) window.addEventListener(type, clicks.hear, true);
});
afterEach(() => {
  for (const type of ['click', 'dblclick'] as const) window.removeEventListener(type, clicks.hear, true);
});
const at = (css: string) => document.querySelector(css)!;
const heard = () => pressed.mock.calls.map(([what]) => what as string);

it('does nothing to what came under the pointer with the first click', () => {
  click(at('#a b'), 1);
  click(at('#b'), 2);
  click(at('#b'), 2, 'dblclick');
  expect(heard()).toEqual(['click a']);
});

it('lets a double click on one thing be one', () => {
  click(at('#a b'), 1);
  click(at('#a i'), 2);
  click(at('#a i'), 2, 'dblclick');
  expect(heard()).toEqual(['click a', 'click a', 'dblclick a']);
});

it('lets two clicks be two, and keys press what they are on', () => {
  click(at('#a'), 1);
  click(at('#b'), 1);
  click(at('#a'), 0);
  expect(heard()).toEqual(['click a', 'click b', 'click a']);
});
