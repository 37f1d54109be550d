import { beforeEach, describe, expect, it, vi } from 'vitest';
import { BLIND_MS, Moved, standing, type Standing } from './moved';

const tell = vi.fn();
const acted = vi.fn();
let now = 0;
let moved: Moved;

const HEIGHT = 100;
/** The cards from the top down, each with a button of its own over its lower half; `shift` is what came above them. */
function show(names: string[], shift = 0) {
  document.body.innerHTML = names
    .map((n) => `<article data-card="${n}"><p>${n}</p><button data-testid="take-${n}">Take</button></article>`)
    .join('');
  for (const [n, name] of names.entries()) {
    const card = document.querySelector<HTMLElement>(`[data-card="${name}"]`)!;
    const top = shift + n * HEIGHT;
    card.getBoundingClientRect = () => new DOMRect(0, top, 300, HEIGHT);
    card.querySelector('button')!.getBoundingClientRect = () => new DOMRect(0, top + HEIGHT / 2, 100, HEIGHT / 2);
    card.querySelector('button')!.addEventListener('click', () => void acted(name));
  }
  moved.look(standing(document));
}
/** A hand that presses at this height, on whatever stands there now. */
function press(y: number, x = 50) {
  const here = [...document.querySelectorAll<HTMLElement>('[data-card], [data-card] button')].findLast((e) => {
    const r = e.getBoundingClientRect();
    return y >= r.top && y < r.bottom && x < r.right;
  });
  const event = (type: string, hear: (event: MouseEvent) => void) => {
    const one = new MouseEvent(type, { bubbles: true, cancelable: true, detail: 1, clientX: x, clientY: y });
    here?.addEventListener(type, (e) => hear(e as MouseEvent), { capture: true, once: true });
    here?.dispatchEvent(one);
  };
  event('pointerdown', moved.press);
  event('click', moved.click);
}

beforeEach(() => {
  tell.mockReset();
  acted.mockReset();
  now = 0;
  moved = new Moved(tell, () => now);
  show(['a', 'b', 'c']);
  now = 10_000;
});

describe('a press meets what it was meant for', () => {
  it('on a list that stands still', () => {
    press(175);
    expect(acted.mock.calls).toEqual([['b']]);
    expect(tell).not.toHaveBeenCalled();
  });

  it.each([
    ['a worse alarm came to the top', () => show(['new', 'a', 'b', 'c'])],
    ['the one above was taken', () => show(['b', 'c'])],
    ['the list was sorted anew', () => show(['b', 'a', 'c'])],
    ['a banner came above it', () => show(['a', 'b', 'c'], HEIGHT)],
    ['another screen came', () => show(['x', 'y'])],
    ['a card grew by a line', () => show(['a', 'b', 'c'], 30)],
  ])('or does nothing and says so, where %s on its way', (_, change) => {
    change();
    now += BLIND_MS - 1;
    press(175);
    press(75);
    expect(acted).not.toHaveBeenCalled();
    expect(tell.mock.calls.length).toBeGreaterThan(0);
  });

  it('and what moved is pressed by a hand that saw where it stands now', () => {
    show(['new', 'a', 'b', 'c']);
    now += BLIND_MS;
    press(175);
    expect(acted.mock.calls).toEqual([['a']]);
  });

  it('where others moved and this one did not', () => {
    show(['a', 'b', 'd', 'c']);
    press(175);
    expect(acted.mock.calls).toEqual([['b']]);
  });

  it('where it moved away and is back', () => {
    show(['new', 'a', 'b', 'c']);
    now += 100;
    show(['a', 'b', 'c']);
    now += 100;
    press(175);
    expect(acted.mock.calls).toEqual([['b']]);
  });

  it('where nothing stood before', () => {
    show([]);
    now += 5000;
    show(['a']);
    now += 100;
    press(75);
    expect(acted).not.toHaveBeenCalled();
    now += BLIND_MS;
    press(75);
    expect(acted.mock.calls).toEqual([['a']]);
  });
});

it('knows what is scrolled out of sight to stand nowhere', () => {
  const box = (e: Element, top: number, height: number) =>
    ((e as HTMLElement).getBoundingClientRect = () => new DOMRect(0, top, 300, height));
  document.body.innerHTML = `<ul><li data-card="waits"><button data-testid="again">Try again</button></li></ul>
    <div style="overflow-y: auto"><article data-card="hidden"></article><article data-card="seen"></article></div>`;
  const at = (css: string) => document.querySelector(css)!;
  box(at('[data-card=waits]'), 0, 100);
  box(at('[data-testid=again]'), 0, 100);
  box(at('div'), 100, 200);
  // The queue is scrolled down by a card: where that card would be the waiting list is.
  box(at('[data-card=hidden]'), 0, 100);
  box(at('[data-card=seen]'), 100, 100);
  moved.look(standing(document));
  now += 5000;
  const again = vi.fn();
  at('[data-testid=again]').addEventListener('click', again);
  const there = { bubbles: true, cancelable: true, detail: 1, clientX: 50, clientY: 50 };
  for (const [type, hear] of [
    ['pointerdown', moved.press],
    ['click', moved.click],
  ] as const) {
    at('ul').addEventListener(type, (event) => hear(event as MouseEvent), { capture: true, once: true });
    at('[data-testid=again]').dispatchEvent(new MouseEvent(type, there));
  }
  expect(again).toHaveBeenCalledOnce();
  expect(tell).not.toHaveBeenCalled();
  expect(standing(document).map((one) => one.id.trim())).toEqual(['waits', 'waits again', 'seen']);
});

it('hears every key, which presses what has the focus', () => {
  show(['new', 'a', 'b', 'c']);
  const event = new MouseEvent('click', { detail: 0, cancelable: true });
  moved.click(event);
  expect(event.defaultPrevented).toBe(false);
});

it('remembers no more than a hand can have meant', () => {
  for (let n = 0; n < 200; n += 1) {
    now += 10;
    show([`${n}`, 'a', 'b', 'c']);
  }
  const kept = (moved as unknown as { seen: { all: Standing[] }[] }).seen;
  expect(kept.length).toBeLessThanOrEqual(BLIND_MS / 10 + 2);
});

it('lets through what was aimed at in any storm, and nothing else', () => {
  // The list is sorted anew every 50 to 2,000 ms.
  let seed = 7;
  const random = (n: number) => (seed = (seed * 48271) % 2147483647) % n;
  const order = ['a', 'b', 'c', 'd', 'e'];
  let through = 0;
  for (let n = 0; n < 500; n += 1) {
    now += 50 + random(1950);
    order.splice(random(5), 0, ...order.splice(random(5), 1));
    const before = [...order];
    show(before);
    now += random(BLIND_MS * 2);
    // The hand sets out, and meanwhile the list moves or does not.
    const line = random(5);
    now += BLIND_MS;
    const meant = before[line];
    const setOut = now;
    if (random(2) === 0) {
      order.splice(random(5), 0, ...order.splice(random(5), 1));
      show(order);
    }
    now = setOut + random(BLIND_MS);
    acted.mockReset();
    press(line * HEIGHT + 75);
    for (const [name] of acted.mock.calls) {
      expect(name).toBe(meant);
      through += 1;
    }
  }
  expect(through).toBeGreaterThan(200);
});
