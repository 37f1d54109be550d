// How many of the screen's pixels lie in one of the page's, across: what a picture has to have to be sharp.
import { backend } from '../backend';

class Density {
  private ratio = $state(window.devicePixelRatio || 1);
  /** How much larger the engine draws the page than it says. */
  private zoom = $state(1);
  private enlarged = window.outerWidth / window.innerWidth;

  get value(): number {
    return this.ratio * this.zoom;
  }

  tell(zoom: number | null) {
    this.zoom = zoom ?? 1;
  }

  /** After a resize: another screen and another size of text are one, too. */
  async look() {
    this.ratio = window.devicePixelRatio || 1;
    const enlarged = window.outerWidth / window.innerWidth;
    if (Math.abs(enlarged - this.enlarged) < 0.01) return;
    this.enlarged = enlarged;
    this.tell((await backend.state()).pageZoom);
  }
}

export const density = new Density();
