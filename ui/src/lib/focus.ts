// Where the focus is while lists change under it: it goes to no other patient's button, and never to nowhere.
//
// A card is whatever has `data-card`, with a word of its own: an alarm in a list, a tile.

interface Held {
  own: HTMLElement;
  card: string | undefined;
  /** Of the card among the cards, and of the button among those of its card. */
  place: number;
  button: number;
}

const cardsOf = (host: Element) => [...host.querySelectorAll<HTMLElement>('[data-card]')];
const buttonsOf = (card: Element) => [...card.querySelectorAll<HTMLElement>('button, input')];
const isOff = (element: HTMLElement) => element.matches(':disabled');
const nowhere = () => document.activeElement === null || document.activeElement === document.body;

/** The focus on something that is no button: a card that was moved there says what it is, and an Enter too much does nothing. */
export function rest(element: HTMLElement) {
  if (!element.matches('button, input, [tabindex]')) element.tabIndex = -1;
  element.focus({ preventScroll: true });
}

/**
 * On the element that holds the cards. Where a button that has the focus goes, is moved or cannot be pressed any more, the focus goes
 * to the same button, to the next one of the same card, or to the card that stands where this one stood: to the card itself and to
 * no button of another patient.
 */
export function keepsFocus(host: HTMLElement): () => void {
  let held: Held | null = null;
  const come = (event: FocusEvent) => {
    const own = event.target as HTMLElement;
    const card = own.closest<HTMLElement>('[data-card]');
    held = {
      own,
      card: card?.dataset.card,
      place: card ? cardsOf(host).indexOf(card) : 0,
      button: card ? buttonsOf(card).indexOf(own) : 0,
    };
  };
  // Some engines say so too where the button went and nobody left: then it is back by the next task.
  const leave = () => {
    const left = held;
    setTimeout(() => {
      if (held === left && !host.contains(document.activeElement)) held = null;
    });
  };
  const look = () => {
    if (!held) return;
    const { own } = held;
    if (!nowhere() && !(document.activeElement === own && isOff(own))) return;
    if (host.contains(own) && !isOff(own)) return own.focus({ preventScroll: true });
    const all = cardsOf(host);
    const same = all.find((card) => card.dataset.card === held?.card);
    if (same) {
      const buttons = buttonsOf(same);
      const next = [...buttons.slice(Math.max(0, held.button)), ...buttons].find((button) => !isOff(button));
      return rest(next ?? same);
    }
    rest(all[Math.min(Math.max(0, held.place), all.length - 1)] ?? host);
  };
  const watcher = new MutationObserver(look);
  watcher.observe(host, { childList: true, subtree: true, attributes: true, attributeFilter: ['disabled'] });
  host.addEventListener('focusin', come);
  host.addEventListener('focusout', leave);
  return () => {
    watcher.disconnect();
    host.removeEventListener('focusin', come);
    host.removeEventListener('focusout', leave);
  };
}

/** The focus to the first alarm that nobody has, or from such a one to the next; where somebody has all of them, to the first. */
export function toNextAlarm(within: ParentNode = document) {
  const all = [...within.querySelectorAll<HTMLElement>('[data-card][data-free]')];
  const free = all.filter((card) => card.dataset.free === 'true');
  const from = document.activeElement?.closest<HTMLElement>('[data-card]');
  const next = free[from ? free.indexOf(from) + 1 : 0] ?? free[0] ?? all[0];
  const button = next && buttonsOf(next).find((one) => !isOff(one) && !one.classList.contains('row'));
  (button ?? next)?.focus();
  next?.scrollIntoView({ block: 'nearest' });
}

/** The focus to the page that was opened, where what had it is gone. */
export function toPage() {
  const page = document.querySelector<HTMLElement>('[data-page]');
  if (page && nowhere()) rest(page);
}

/** Boxes on the screen. */
export interface Box {
  left: number;
  top: number;
}

/** The box that an arrow key leads to from the n-th: beside it in their order, or the nearest of the row above or below. */
export function beside(boxes: Box[], n: number, key: string): number | null {
  const from = boxes[n];
  if (!from) return null;
  if (key === 'ArrowLeft' || key === 'ArrowRight') {
    const to = n + (key === 'ArrowLeft' ? -1 : 1);
    return boxes[to] ? to : null;
  }
  if (key !== 'ArrowUp' && key !== 'ArrowDown') return null;
  const down = key === 'ArrowDown' ? 1 : -1;
  let best: number | null = null;
  // The nearest row first, then the nearest across; boxes of a row may differ by a few pixels.
  const far = (box: Box) => Math.round(((box.top - from.top) * down) / 8);
  for (const [to, box] of boxes.entries()) {
    if (far(box) <= 0) continue;
    const other = best === null ? undefined : boxes[best];
    const nearer =
      !other ||
      far(box) < far(other) ||
      (far(box) === far(other) && Math.abs(box.left - from.left) < Math.abs(other.left - from.left));
    if (nearer) best = to;
  }
  return best;
}
