// Work that changes what is painted, a piece a frame.
//
// Without a GPU the engine paints what changed, rectangle by rectangle, as long as a frame has ten of them at most; beyond that
// it paints everything that lies between the first and the last, which on a board of thirty tiles is the whole window. Three
// small frames cost a fraction of one that holds all three.

/** Frames that one lot of work is spread over at most: a fifth of a second. */
const MOST = 12;
/** A frame that has not come for so long comes to a window that nobody sees. */
const LATE_MS = 1000;

export class Frames {
  private waiting = new Map<string, () => void>();
  private urgent = new Map<string, () => void>();
  private share = 1;
  private asked = false;
  private askedAt = 0;

  /** `next` asks for a frame, as `requestAnimationFrame` does. */
  constructor(
    private next: (frame: () => void) => void,
    private now: () => number = Date.now,
  ) {}

  /**
   * Does all that waits at once where no frame comes: a window that was minimised shows the whole board when it is back, and not one
   * by one what came meanwhile.
   */
  hurry(now: number) {
    if (!this.asked || now - this.askedAt < LATE_MS) return;
    const all = [...this.urgent.values(), ...this.waiting.values()];
    this.clear();
    for (const work of all) work();
  }

  /** Does this in a frame of its own, in the order of asking. Work of the same name that was not done yet is replaced. */
  later(name: string, work: () => void) {
    this.waiting.set(name, work);
    this.ask();
  }

  /** As `later`, before all that waits. */
  soon(name: string, work: () => void) {
    this.urgent.set(name, work);
    this.ask();
  }

  /** Forgets what was not done yet. */
  clear() {
    this.waiting.clear();
    this.urgent.clear();
  }

  private ask() {
    if (this.asked) return;
    this.share = 1;
    this.await();
  }

  private await() {
    this.asked = true;
    this.askedAt = this.now();
    this.next(this.frame);
  }

  private frame = () => {
    this.asked = false;
    const from = this.urgent.size > 0 ? this.urgent : this.waiting;
    this.share = Math.max(this.share, Math.ceil(this.waiting.size / MOST));
    let left = from === this.urgent ? 1 : this.share;
    for (const [name, work] of from) {
      from.delete(name);
      work();
      if (--left === 0) break;
    }
    if (this.urgent.size + this.waiting.size > 0) this.await();
  };
}

export const frames = new Frames((frame) => requestAnimationFrame(frame));
