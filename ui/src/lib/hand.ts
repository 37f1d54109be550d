// What a hand does by mistake, on the keyboard and with the mouse.

/** The keys that press a button. */
const PRESSES = ['Enter', ' '];

/**
 * On a button that does something about an alarm: Enter and Space act when they are let go, as a finger does. A key that sticks, or that
 * was pressed somewhere else, ends nothing here. The engine's own Space would: it acts on whatever a finger rests on when the key goes up.
 */
export function whole(button: HTMLElement): () => void {
  const begun = new Set<string>();
  const down = (event: KeyboardEvent) => {
    if (!PRESSES.includes(event.key)) return;
    event.preventDefault();
    if (!event.repeat) begun.add(event.key);
  };
  const up = (event: KeyboardEvent) => {
    if (!PRESSES.includes(event.key)) return;
    event.preventDefault();
    if (begun.delete(event.key)) button.click();
  };
  const leave = () => begun.clear();
  button.addEventListener('keydown', down);
  button.addEventListener('keyup', up);
  button.addEventListener('blur', leave);
  return () => {
    button.removeEventListener('keydown', down);
    button.removeEventListener('keyup', up);
    button.removeEventListener('blur', leave);
  };
}

/** More places than a hand can press within a second, and how far apart in pixels two of them are. */
const PLACES = 10;
const WITHIN_MS = 1000;
const APART = 60;
/** A screen that touched itself is heard again once it was still for so long. */
const STILL_MS = 3000;

/**
 * A faulty screen touches itself, at places all over, faster than any hand: from then on its clicks do nothing until it was still
 * for a while, and that is said. A key is no touch.
 */
export class Ghosts {
  private seen: { at: number; x: number; y: number }[] = [];
  private until = 0;

  /** `tell` says so, once for each time it begins. */
  constructor(
    private tell: () => void,
    private now: () => number = () => performance.now(),
  ) {}

  readonly hear = (event: MouseEvent) => {
    if (event.detail === 0) return;
    const at = this.now();
    const { clientX: x, clientY: y } = event;
    const seen = this.seen.filter((one) => at - one.at < WITHIN_MS);
    const last = seen.at(-1);
    if (!last || Math.hypot(x - last.x, y - last.y) >= APART) seen.push({ at, x, y });
    this.seen = seen;
    const goesOn = at < this.until;
    if (!goesOn && seen.length < PLACES) return;
    if (!goesOn) this.tell();
    this.until = at + STILL_MS;
    event.preventDefault();
    event.stopImmediatePropagation();
  };
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
