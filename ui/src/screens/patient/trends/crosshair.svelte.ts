// What each panel shows at the moment under a pointer.
import type { ValueAt } from '../../../backend';

export class Crosshair {
  shown: { t: number; values: ValueAt[] } | null = $state.raw(null);
  private at: number | null = null;
  private looking = false;

  constructor(private readonly valuesAt: (at: number) => Promise<ValueAt[]>) {}

  move(at: number) {
    this.at = at;
    if (!this.looking) void this.look();
  }

  leave() {
    this.at = null;
    this.shown = null;
  }

  /** One question at a time: a quick hand asks for where it is, not for everywhere it was. */
  private async look() {
    this.looking = true;
    let asked: number | null = null;
    while (this.at !== null && this.at !== asked) {
      asked = this.at;
      const values = await this.valuesAt(asked).catch(() => []);
      // The pointer may have left meanwhile.
      if (this.at !== null) this.shown = { t: asked, values };
    }
    this.looking = false;
  }
}
