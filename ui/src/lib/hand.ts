// What a hand does by mistake, on the keyboard and with the mouse.

/** A key that is held down, or sticks, acts once. */
export function onlyOnce(event: KeyboardEvent) {
  if (event.repeat) event.preventDefault();
}

/** What a click is for: the button around a word, or what lies there. */
const aim = (target: EventTarget | null): Element | null =>
  target instanceof Element ? (target.closest('button, a, input, label, tr, .plot, .strip') ?? target) : null;

/**
 * The second click of a double click does nothing to what came under the pointer with the first: who opens a tile by a double click
 * presses nothing on the page that it opens. For clicks and double clicks, before anybody else hears of them.
 */
export class Clicks {
  private first: Element | null = null;

  readonly hear = (event: MouseEvent) => {
    const own = aim(event.target);
    if (event.type === 'click' && event.detail <= 1) {
      // No hand: a key, or a program.
      if (event.detail === 1) this.first = own;
      return;
    }
    if (own !== null && own === this.first) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  };
}
