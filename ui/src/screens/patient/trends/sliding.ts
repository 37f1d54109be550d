// A film of the panels that slides under a hand: a copy of what lies on them, in a frame of its own.
//
// Without a GPU the engine paints anew whatever a transform moves. What a frame scrolls it copies instead, and paints only the strip
// that came into view, as long as nothing lies over the frame and its ground has no holes. So the copy is there for as long as
// a hand moves, and holds nothing that stands still.

/** How many widths of a panel the film is long; the panel lies in the middle. Beyond what is drawn it is empty. */
const LONG = 5;
const MIDDLE = 2;

export class Sliding {
  private frame: HTMLIFrameElement | undefined;
  /** Its style sheets: before they are there it would show bare words. */
  private sheets: (HTMLLinkElement | HTMLStyleElement)[] = [];
  private fresh = false;
  private zoomed = false;
  private width = 0;

  /** `host` holds the lanes, and has a position. */
  constructor(private host: HTMLElement) {}

  /** What lies on the panels is another now. */
  spoil() {
    this.fresh = false;
  }

  /** Makes the frame and lets its fonts come, with nobody waiting. */
  prepare(dpr: number) {
    if (this.frame) return;
    const frame = document.createElement('iframe');
    frame.className = 'sliding';
    frame.tabIndex = -1;
    frame.setAttribute('aria-hidden', 'true');
    this.host.append(frame);
    const inner = frame.contentDocument;
    if (!inner) return frame.remove();
    this.frame = frame;
    this.sheets = [...document.querySelectorAll<HTMLLinkElement | HTMLStyleElement>('link[rel=stylesheet], style')].map(
      (sheet) => {
        const copy = inner.importNode(sheet, true);
        inner.head.append(copy);
        return copy;
      },
    );
    // Words ask for their fonts when they are laid out.
    this.fill(dpr);
  }

  /** Whether it can be shown. */
  get ready(): boolean {
    return this.frame !== undefined && this.sheets.every((sheet) => sheet.sheet);
  }

  /** Shows the lanes moved to the right by so many pixels and made wider around their left edge; false where it cannot. */
  lay(by: number, scale: number, dpr: number): boolean {
    const { frame } = this;
    const body = frame?.contentDocument?.body;
    if (!frame || !body || !this.ready || (!this.fresh && !this.fill(dpr))) return false;
    const zooms = Math.abs(scale - 1) > 1e-6;
    if (zooms || this.zoomed) {
      this.zoomed = zooms;
      body.classList.toggle('zooms', zooms);
      body.style.setProperty('--by', `${zooms ? by : 0}px`);
      body.style.setProperty('--scale', String(zooms ? scale : 1));
    }
    frame.contentWindow?.scrollTo(MIDDLE * this.width - (zooms ? 0 : by), 0);
    if (frame.style.visibility !== 'visible') frame.style.visibility = 'visible';
    return true;
  }

  /** What lies on the panels is seen again. */
  rest() {
    if (this.frame && this.frame.style.visibility !== '') this.frame.style.visibility = '';
  }

  remove() {
    this.frame?.remove();
    this.frame = undefined;
  }

  /** Copies what lies on the panels. */
  private fill(dpr: number): boolean {
    const frame = this.frame;
    const inner = frame?.contentDocument;
    const rows = [...this.host.querySelectorAll<HTMLElement>('.plot, .note-clip, .axis')];
    const boxes = rows.map((row) => row.getBoundingClientRect());
    const [first, last, host] = [boxes[0], boxes.at(-1), this.host.getBoundingClientRect()];
    if (!frame || !inner || !first || !last || first.width === 0) return false;
    // The frame begins on a whole pixel of the device, and what is in it lies as it lies outside, parts of pixels included.
    const whole = (px: number) => Math.floor(px * dpr) / dpr;
    const [left, top] = [whole(first.left), whole(first.top)];
    this.width = Math.round(first.width * dpr) / dpr;
    Object.assign(frame.style, {
      left: `${left - host.left - this.host.clientLeft}px`,
      top: `${top - host.top - this.host.clientTop}px`,
      width: `${first.right - left}px`,
      height: `${last.bottom - top}px`,
    });
    inner.documentElement.dataset.theme = document.documentElement.dataset.theme;
    inner.documentElement.style.background = ground(this.host);
    Object.assign(inner.body.style, {
      position: 'relative',
      width: `${LONG * this.width}px`,
      overflow: 'visible',
      background: 'inherit',
    });
    const shapes = document.querySelector('[data-shapes]');
    const lines = [...this.host.querySelectorAll('.lane')].map((lane) => {
      const line = inner.createElement('i');
      line.className = 'slide-line';
      line.style.top = `${lane.getBoundingClientRect().top - top}px`;
      return line;
    });
    const copies = rows.map((row, n) => {
      const box = boxes[n] ?? first;
      const lane = inner.createElement('div');
      lane.className = 'slide-lane';
      lane.style.cssText = `top: ${box.top - top}px; height: ${box.height}px; --c: ${getComputedStyle(row).getPropertyValue('--c')}`;
      const copy = inner.importNode(row, false);
      copy.style.cssText = `--left: ${MIDDLE * this.width + box.left - left}px; --width: ${box.width}px`;
      for (const part of row.querySelectorAll<HTMLElement>(':scope > :is(.film, .marks, .note-row, .axis-clip)'))
        copy.append(copied(part, inner, box.width));
      lane.append(copy);
      return lane;
    });
    inner.body.replaceChildren(...(shapes ? [inner.importNode(shapes, true)] : []), ...lines, ...copies);
    this.fresh = true;
    return true;
  }
}

/** A part of a panel so many pixels wide, with its pictures, where it rests. */
function copied(part: HTMLElement, into: Document, width: number): Node {
  const copy = into.importNode(part, true);
  const pictures = part.querySelectorAll('canvas');
  copy.querySelectorAll('canvas').forEach((canvas, n) => {
    const picture = pictures[n];
    if (!picture || picture.width === 0 || picture.height === 0) return;
    canvas.getContext('2d')?.drawImage(picture, 0, 0);
    // It rests in its own size, on whole pixels; one that is zoomed follows its panel.
    canvas.style.setProperty('--at', `${(100 * picture.offsetLeft) / width}%`);
    canvas.style.setProperty('--across', `${(100 * picture.offsetWidth) / width}%`);
  });
  for (const reel of [copy, ...copy.querySelectorAll<HTMLElement>('.reel')]) reel.style.transform = '';
  for (const named of [copy, ...copy.querySelectorAll('[data-testid]')]) named.removeAttribute('data-testid');
  return copy;
}

/** The colour that lies under an element. */
function ground(of: HTMLElement): string {
  for (let at: HTMLElement | null = of; at; at = at.parentElement) {
    const colour = getComputedStyle(at).backgroundColor;
    if (colour !== 'rgba(0, 0, 0, 0)' && colour !== 'transparent') return colour;
  }
  return 'Canvas';
}
