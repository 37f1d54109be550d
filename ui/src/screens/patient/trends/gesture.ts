// What a hand does to a range of time: drag, two fingers, wheel, keys. It knows shares of a panel's width and no window.
import { pan, pinch, zoom, type View } from '../../../lib/view';

/** Where the panels lie across the screen, in pixels. */
export interface Span {
  left: number;
  width: number;
}

/** Fingers, or a button, that hold the panels. */
export class Hand {
  /** Where each of them is, as a share of the panels' width. */
  private readonly fingers = new Map<number, number>();
  /** What was under the last that took hold, and where the panels lay then. */
  private grip: { x: number; view: View; span: Span } | null = null;
  private pinched: { a: number; b: number; view: View } | null = null;

  get holds(): boolean {
    return this.grip !== null;
  }

  /** Takes hold of what is seen there. */
  press(finger: number, x: number, view: View, span: Span) {
    this.fingers.set(finger, x);
    this.grip = { x, view, span };
    if (this.fingers.size !== 2) return;
    const [a = 0, b = 1] = this.fingers.values();
    this.pinched = { a, b, view };
  }

  /** The range that a finger's move makes; null where nothing is held. Never past `now`. */
  drag(finger: number, clientX: number, now: number): View | null {
    const { grip, pinched, fingers } = this;
    if (!grip) return null;
    const x = (clientX - grip.span.left) / grip.span.width;
    if (fingers.has(finger)) fingers.set(finger, x);
    if (!pinched || fingers.size !== 2) return pan(grip.view, grip.x - x, now);
    const [a = 0, b = 1] = fingers.values();
    return pinch(pinched.view, [pinched.a, pinched.b], [a, b], now);
  }

  /** One of them lets go: whether that was the last. One that stays moves on from here. */
  lift(finger: number, view: View, span: () => Span): boolean {
    this.fingers.delete(finger);
    const [x] = this.fingers.values();
    const held = this.grip !== null;
    this.pinched = null;
    this.grip = x === undefined ? null : { x, view, span: span() };
    return held && x === undefined;
  }
}

/** A wheel's turn: sideways it moves the range by so many pixels of `width`, else it zooms around the pointer at `x`. */
export function wheeled(
  view: View,
  turn: { deltaX: number; deltaY: number; shiftKey: boolean },
  width: number,
  x: number,
  now: number,
): View {
  const sideways = Math.abs(turn.deltaX) > Math.abs(turn.deltaY) || turn.shiftKey;
  const step = sideways ? turn.deltaX || turn.deltaY : turn.deltaY;
  return sideways ? pan(view, step / width, now) : zoom(view, Math.exp(step / 400), x, now);
}

/** What a key does: arrows move a quarter, plus and minus zoom, End goes to now; null for any other. */
export function keyed(view: View, key: string, now: number): View | null {
  switch (key) {
    case 'ArrowLeft':
      return pan(view, -0.25, now);
    case 'ArrowRight':
      return pan(view, 0.25, now);
    case '+':
      return zoom(view, 0.5, 0.5, now);
    case '-':
      return zoom(view, 2, 0.5, now);
    case 'End':
      return pan(view, 1e6, now);
    default:
      return null;
  }
}
