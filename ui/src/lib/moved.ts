// A list that moves while a finger is on its way to it: the press would meet another patient's alarm than the one that was aimed at.

/** A hand cannot be turned any more this long before it presses: what stood there then is what it meant. */
export const BLIND_MS = 400;

/** Something that can be pressed about somebody: where it stands, and whose and which it is. */
export interface Standing {
  id: string;
  left: number;
  top: number;
  right: number;
  bottom: number;
}

const CARDS = '[data-card]';
const PRESSED = 'button, a, input';

/** Which button of which card this is, or which card. Empty where it is about nobody. */
function idOf(element: Element | null): string {
  const card = element?.closest<HTMLElement>(CARDS);
  if (!element || !card) return '';
  const button = element.closest<HTMLElement>(PRESSED);
  const own = button && card.contains(button) && button !== card ? (button.dataset.testid ?? button.textContent) : '';
  return `${card.dataset.card} ${own}`;
}

/** What holds a card and shows a part of itself alone: what is scrolled out of it stands nowhere. */
const holders = new WeakMap<Element, Element>();
function holderOf(card: Element): Element {
  const from = card.parentElement ?? card;
  let known = holders.get(from);
  if (!known) {
    known = from;
    while (known.parentElement && ['', 'visible'].includes(getComputedStyle(known).overflowY))
      known = known.parentElement;
    holders.set(from, known);
  }
  return known;
}

/** All cards and their buttons as far as they are in sight now, a card before its buttons. */
export function standing(root: ParentNode): Standing[] {
  const all: Standing[] = [];
  const within = new Map<Element, DOMRect>();
  for (const card of root.querySelectorAll<HTMLElement>(CARDS)) {
    const holder = holderOf(card);
    const box =
      within.get(holder) ??
      (holder.parentElement ? holder.getBoundingClientRect() : new DOMRect(0, 0, innerWidth, innerHeight));
    within.set(holder, box);
    for (const one of [card, ...card.querySelectorAll<HTMLElement>(PRESSED)]) {
      const place = one.getBoundingClientRect();
      const [left, top] = [Math.max(place.left, box.left), Math.max(place.top, box.top)];
      const [right, bottom] = [Math.min(place.right, box.right), Math.min(place.bottom, box.bottom)];
      if (right > left && bottom > top) all.push({ id: idOf(one), left, top, right, bottom });
    }
  }
  return all;
}

const at = (all: Standing[], x: number, y: number): string =>
  all.findLast((one) => x >= one.left && x < one.right && y >= one.top && y < one.bottom)?.id ?? '';

const same = (a: Standing[], b: Standing[]) =>
  a.length === b.length &&
  a.every((one, n) => {
    const other = b[n];
    return one.id === other?.id && one.left === other.left && one.top === other.top && one.bottom === other.bottom;
  });

/**
 * Remembers what stood where, for as long as a hand is blind, and lets no press through that would meet a card, or a button of one, that
 * was not there when the hand set out. What a key presses has the focus, which goes along with its card.
 */
export class Moved {
  private seen: { since: number; all: Standing[] }[] = [];
  private refused = false;

  /** `tell` says that nothing was done, and where. */
  constructor(
    private tell: (x: number, y: number) => void,
    private now: () => number = () => performance.now(),
  ) {}

  /** What stands on the screen from now on. */
  look(all: Standing[]) {
    const now = this.now();
    if (same(this.seen.at(-1)?.all ?? [], all)) return;
    this.seen.push({ since: now, all });
    // The newest of those that are old enough is what a hand that presses now set out for.
    const first = this.seen.findLastIndex((one) => one.since <= now - BLIND_MS);
    if (first > 0) this.seen.splice(0, first);
  }

  readonly press = (event: MouseEvent) => {
    this.refused = false;
    const id = idOf(event.target as Element | null);
    if (id === '' || event.button > 0) return;
    const then = this.seen.findLast((one) => one.since <= this.now() - BLIND_MS);
    this.refused = at(then?.all ?? [], event.clientX, event.clientY) !== id;
    if (this.refused) event.preventDefault();
  };

  /** Before anybody else hears of the click that a press ends in. */
  readonly click = (event: MouseEvent) => {
    if (!this.refused || event.detail === 0) return;
    this.refused = false;
    event.preventDefault();
    event.stopImmediatePropagation();
    this.tell(event.clientX, event.clientY);
  };
}

/** Looks after each paint in which something changed, and while it is scrolled; gives how to end it. */
export function follow(moved: Moved, root: HTMLElement): () => void {
  let asked = false;
  // After the paint the layout is worked out, and to ask for it costs nothing.
  const painted = new MessageChannel();
  painted.port1.onmessage = () => {
    asked = false;
    moved.look(standing(root));
  };
  const soon = () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => painted.port2.postMessage(0));
  };
  const changes = new MutationObserver(soon);
  changes.observe(root, { subtree: true, childList: true, characterData: true, attributes: true });
  addEventListener('resize', soon);
  addEventListener('scroll', soon, { capture: true, passive: true });
  soon();
  return () => {
    changes.disconnect();
    removeEventListener('resize', soon);
    removeEventListener('scroll', soon, { capture: true });
    painted.port1.close();
  };
}
