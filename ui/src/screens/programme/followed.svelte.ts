// A list of everybody at home, or of their devices, as Rust told last. It is asked again while some of it is still to be worked out, after
// whatever is done here, and every so often.
import { board } from '../../lib/board.svelte';

/** Ages and silences move on. */
const AGAIN_MS = 15_000;

export class Followed<T extends { pending: number }> {
  view: T | null = $state.raw(null);
  trouble: string | null = $state(null);
  private timer: ReturnType<typeof setTimeout> | undefined;
  private turn = 0;

  constructor(private readonly ask: () => Promise<T>) {}

  /** Asks now, and goes on until `stop`. */
  async look() {
    clearTimeout(this.timer);
    this.turn += 1;
    const { turn } = this;
    try {
      const view = await this.ask();
      if (turn !== this.turn) return;
      [this.view, this.trouble] = [view, null];
    } catch (error) {
      if (turn !== this.turn) return;
      this.trouble = error instanceof Error ? error.message : String(error);
    }
    const pending = this.trouble === null && (this.view?.pending ?? 0) > 0;
    this.timer = setTimeout(() => void this.look(), pending ? 0 : AGAIN_MS);
  }

  /** Nobody looks any more: what still comes is dropped. */
  stop() {
    clearTimeout(this.timer);
    this.turn += 1;
  }

  /** Looks for as long as the effect it is called in lives, while it is shown. */
  follow(isShown: () => boolean) {
    $effect(() => {
      if (!isShown()) return;
      void board.acts;
      void board.past;
      void board.glasses;
      void board.settled;
      void this.look();
      return () => this.stop();
    });
  }
}
