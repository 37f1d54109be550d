// Puts pictures on the panels, and what lies on them where a hand wants it. It decides nothing: the store says what lies where.
import type { Drawn } from '../../../backend';
import { lies, type View } from '../../../lib/view';
import { Sliding } from './sliding';

/** Gives a panel its rows of the picture. */
export function lay({ picture, facts }: Drawn, key: string, canvas: HTMLCanvasElement) {
  const n = facts.panels.findIndex((panel) => panel.key === key);
  if (n < 0) return;
  const rows = picture.height / facts.panels.length;
  canvas.width = picture.width;
  canvas.height = rows;
  canvas.getContext('2d')?.drawImage(picture, 0, n * rows, picture.width, rows, 0, 0, picture.width, rows);
}

/** What moves sideways under a hand: the reels that everything lies on, or a copy of them that the engine scrolls. */
export class Reels {
  private reels: HTMLElement[] = [];
  private readonly sliding: Sliding;
  /** Where each was put, so that none is touched that lies there. */
  private readonly put = new WeakMap<HTMLElement, string>();

  constructor(private readonly host: HTMLElement) {
    this.sliding = new Sliding(host);
  }

  /** What lies on the panels is another now. */
  renew() {
    this.reels = [...this.host.querySelectorAll<HTMLElement>('.reel')];
    this.sliding.spoil();
  }

  /** Makes the copy's frame, with nobody waiting. */
  prepare(density: number) {
    this.sliding.prepare(density);
  }

  /** Whether a copy can be shown. */
  get copies(): boolean {
    return this.sliding.ready;
  }

  /** Puts all of it where `to` lies on panels that show `base` and are so wide; says whether the copy shows it. */
  slide(base: View, to: View | null, width: number, density: number, mayCopy: boolean): boolean {
    // Whole pixels of the device: a picture that is moved by a part of one would be drawn anew.
    const at = lies(base, to ?? base);
    const by = Math.round(at.left * width * density) / density;
    const copied = to !== null && mayCopy && this.sliding.lay(by, at.scale, density);
    if (!copied) this.sliding.rest();
    for (const reel of this.reels) {
      const where = by === 0 || copied ? '' : `translateX(${by}px)`;
      if ((this.put.get(reel) ?? '') === where) continue;
      reel.style.transform = where;
      this.put.set(reel, where);
    }
    return copied;
  }

  remove() {
    this.sliding.remove();
  }
}
