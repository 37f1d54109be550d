import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Clicks, Ghosts, whole } from './hand';

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

describe('a screen that touches itself', () => {
  let at = 0;
  const tell = vi.fn();
  const ghosts = (list: [ms: number, x: number, y: number, detail?: number][]) => {
    at = 0;
    tell.mockReset();
    const guard = new Ghosts(tell, () => at);
    return list.map(([ms, x, y, detail = 1]) => {
      at = ms;
      const event = new MouseEvent('click', { clientX: x, clientY: y, detail, cancelable: true });
      guard.hear(event);
      return !event.defaultPrevented;
    });
  };
  const storm = (n: number, apart: number, ms: number) =>
    Array.from({ length: n }, (_, k): [number, number, number] => [k * ms, (k % 2) * apart, 0]);

  it.each([
    ['a quick hand at two places', storm(30, 200, 150), 30],
    ['many clicks at one place', storm(60, 20, 20), 60],
    [
      'keys that walk over buttons',
      storm(60, 200, 10).map(([ms, x, y]): [number, number, number, number] => [ms, x, y, 0]),
      60,
    ],
    ['touches all over', storm(60, 200, 20), 9],
  ] as const)('is told from %s', (_, list, heard) => {
    expect(ghosts([...list]).filter(Boolean).length).toBe(heard);
    expect(tell).toHaveBeenCalledTimes(heard < list.length ? 1 : 0);
  });

  it('is heard again when it was still for a while, and not before', () => {
    const after = (ms: number) => ghosts([...storm(20, 200, 20), [19 * 20 + ms, 0, 0]]).at(-1);
    expect(after(2999)).toBe(false);
    expect(after(3000)).toBe(true);
  });
});

describe.each(['Enter', ' '])('a key (%j) on a button about an alarm', (pressedKey) => {
  const key = (type: string, css: string, init: KeyboardEventInit = {}) =>
    at(css).dispatchEvent(new KeyboardEvent(type, { key: pressedKey, bubbles: true, cancelable: true, ...init }));
  let undo: () => void;
  beforeEach(() => (undo = whole(at('#a') as HTMLElement)));
  afterEach(() => undo());

  it('acts when it is let go, and once however long it was held', () => {
    key('keydown', '#a');
    for (let n = 0; n < 30; n += 1) key('keydown', '#a', { repeat: true });
    expect(heard()).toEqual([]);
    key('keyup', '#a');
    expect(heard()).toEqual(['click a']);
  });

  it.each([
    ['was pressed elsewhere', () => key('keyup', '#a')],
    ['sticks', () => key('keydown', '#a')],
    [
      'was held while the focus came',
      () => {
        key('keydown', '#a', { repeat: true });
        key('keyup', '#a');
      },
    ],
    [
      'lost the focus before it was let go',
      () => {
        key('keydown', '#a');
        at('#a').dispatchEvent(new FocusEvent('blur'));
        key('keyup', '#a');
      },
    ],
  ])('does nothing where it %s', (_, press) => {
    press();
    expect(heard()).toEqual([]);
  });

  it('leaves nothing to the engine, which acts on what a finger rests on when the key goes up', () => {
    // What an event handler prevented is not dispatched as one that goes on.
    expect(key('keydown', '#a')).toBe(false);
    expect(key('keyup', '#a')).toBe(false);
    expect(key('keyup', '#b')).toBe(true);
  });
});
