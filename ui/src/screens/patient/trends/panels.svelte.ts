// What the panels of one range show, have asked for, and have drawn; and where a hand is meanwhile.
//
// Three ranges are told apart: `shown` is what the last picture was asked for, `film` what the picture holds, which is more, and
// `current` what is seen, also while a hand moves it. A hand moves what lies on the panels at once (paint.ts); words and the page
// around them follow when it rests, as laying them out costs more than a frame has.
import type { Drawn, TrendsQuery } from '../../../backend';
import { lies, type Axis, type View } from '../../../lib/view';
import { Hand } from './gesture';

/** Whose panels they are and of when; `range` and `end` are set when a hand leaves another range. */
export interface Wanted {
  readonly patient: string;
  /** How long the range is, and where it ends; a null end follows now. */
  range: number;
  end: number | null;
  /** Values that panels shall show beside their own. */
  readonly axes: Axis[];
  /** Pixels of the screen in one of the page's, and whether they are on a light ground. */
  readonly density: number;
  readonly light: boolean;
  /** The present, or the past moment that is looked at. */
  latest(): number;
  trends(query: TrendsQuery): Promise<Drawn>;
  /** A picture came, with what each panel shows for itself. */
  drew(own: Axis[]): void;
}

/** What moves under a hand; `slide` says whether a copy shows it. */
export interface Moved {
  slide(base: View, to: View | null, width: number, density: number, mayCopy: boolean): boolean;
  readonly copies: boolean;
  prepare(density: number): void;
}

/** The page around the panels follows a hand that rests so long, and one that goes on now and then: milliseconds. */
const REST = 120;
const FOLLOW = 1000;
/** A picture is widened so long after it came, with nobody waiting, where it is a day at most. */
const WIDEN = 150;
const WIDENED_AT_MOST = 24 * 3_600_000;

export class Panels {
  drawn: Drawn | null = $state.raw(null);
  shown: View = $state.raw({ from: 0, to: 1 });
  /** What the picture holds: more than is shown, so that a gesture uncovers what is there already. */
  film: View = $state.raw({ from: 0, to: 1 });
  failed = $state('');
  /** How many were drawn of what was asked, wider ones not counted. */
  pictures = $state(0);
  /** Of one panel, in CSS pixels. */
  width = $state(0);
  height = $state(0);
  /** What a gesture shows until the picture of it is drawn. */
  private gesture: View | null = $state.raw(null);
  /** Whether the copy of the panels shows what a hand does. */
  copies = $state.raw(false);

  readonly current = $derived(this.gesture ?? this.shown);
  readonly moving = $derived(this.gesture !== null && this.slides(this.gesture));
  /** The range that what lies on the panels is placed by. */
  readonly base = $derived(this.moving ? this.shown : this.current);
  readonly lie = $derived(lies(this.film, this.base));

  /** Where a hand is. It moves the reels alone: what else depends on the range is told now and then, and when it rests. */
  private spot: View | null = null;
  readonly hand = new Hand();
  private moved: Moved | null = null;
  private asked = 0;
  private shownLast = 0;
  private widening: ReturnType<typeof setTimeout> | undefined;
  private settling: ReturnType<typeof setTimeout> | undefined;
  private resting: ReturnType<typeof setTimeout> | undefined;
  private telling: ReturnType<typeof setTimeout> | undefined;
  private movedAt = 0;
  private told = 0;

  constructor(private readonly wanted: Wanted) {}

  /** What a hand moves from now on. */
  attach(moved: Moved | null) {
    this.moved = moved;
  }

  // ---- What is asked for and drawn ----

  /** Asks for a picture of what is wanted now. */
  ask() {
    const { wanted, width, height } = this;
    const { patient, axes, range, end, density, light } = wanted;
    if (width < 20 || height < 10) return;
    const to = end ?? wanted.latest();
    const from = to - range;
    const query = { patient, width, height, scale: density, light, axes, focus: [from, to] as [number, number] };
    const own = ++this.asked;
    clearTimeout(this.widening);
    wanted.trends({ ...query, from, to }).then(
      (drawn) => {
        // One that was overtaken is shown all the same where it is of what is still wanted: a slow machine would show none.
        const isWanted = to - from === wanted.range && (wanted.end === null || wanted.end === to);
        if (own < this.shownLast || (own !== this.asked && !isWanted)) return;
        this.shownLast = own;
        this.drawn = drawn;
        this.pictures += 1;
        wanted.drew(drawn.facts.panels.map((p): Axis => [p.key, p.ownRange[0] ?? 0, p.ownRange[1] ?? 0]));
        this.film = this.shown = { from, to };
        this.failed = '';
        if (!this.hand.holds && this.settling === undefined) this.gesture = null;
        // Then, with nobody waiting, a range more on either side, with the axes of what is shown.
        this.widening = setTimeout(() => {
          this.moved?.prepare(wanted.density);
          if (own === this.asked && wanted.range <= WIDENED_AT_MOST) void this.widen(own, { ...query, from, to });
        }, WIDEN);
      },
      (error: Error) => {
        if (own === this.asked) this.failed = error.message;
      },
    );
  }

  private async widen(own: number, query: TrendsQuery) {
    const { range } = this.wanted;
    const wide = { from: query.from - range, to: Math.min(this.wanted.latest(), query.to + range) };
    const width = Math.round((query.width * (wide.to - wide.from)) / (query.to - query.from));
    const drawn = await this.wanted.trends({ ...query, ...wide, width }).catch(() => null);
    if (drawn && own === this.asked && this.drawn) {
      this.drawn = drawn;
      this.film = wide;
    }
  }

  // ---- What a hand does ----

  /** Where a hand is, told or not. */
  here(): View {
    return this.spot ?? this.current;
  }

  /** A range that was chosen elsewhere: what a gesture left is over. */
  rest() {
    this.spot = this.gesture = null;
  }

  /** A hand moves the range there. */
  moveTo(next: View) {
    this.spot = next;
    this.movedAt = performance.now();
    if (!this.moving || !this.slides(next)) return this.tellHand();
    // First where the hand is, then what follows it: the panels lie where they are put, whatever is told.
    this.slide(next);
    if (this.movedAt - this.told >= FOLLOW) return this.tellHand();
    this.resting ??= setTimeout(this.rested, REST);
  }

  /** A step of a wheel or a key; Rust draws it when none follows for so long. */
  step(next: View, wait: number) {
    this.moveTo(next);
    clearTimeout(this.settling);
    this.settling = setTimeout(() => this.settle(), wait);
  }

  /** The gesture is over: Rust draws what it left. */
  settle() {
    this.settling = undefined;
    this.letGo();
    const { gesture, wanted } = this;
    if (!gesture) return;
    // Whole milliseconds: the other side of the boundary has no fractions of one.
    const width = Math.round(gesture.to - gesture.from);
    const stop = gesture.to >= wanted.latest() - width / 500 ? null : Math.round(gesture.to);
    // Where it ended as it began there is nothing new to draw.
    if (width === wanted.range && stop === wanted.end) this.gesture = null;
    wanted.range = width;
    wanted.end = stop;
  }

  /** What follows a hand is told where it was last. */
  letGo() {
    clearTimeout(this.resting);
    this.resting = undefined;
    this.tellHand();
    this.spot = null;
  }

  private rested = () => {
    const left = REST - (performance.now() - this.movedAt);
    this.resting = left > 0 ? setTimeout(this.rested, left) : undefined;
    if (left <= 0) this.tellHand();
  };

  private tellHand() {
    if (!this.spot) return;
    this.told = 0;
    if (!this.gesture) this.copies = this.mayCopy();
    this.gesture = this.spot;
  }

  /** Tells the page around the panels what is seen: at once, or while a hand moves it now and then. */
  tell(follow: (view: View) => void) {
    const next = this.current;
    const tell = () => {
      this.told = performance.now();
      follow(next);
    };
    clearTimeout(this.telling);
    // Words that change are laid out anew, and have all that lies between them painted.
    if (this.moving && performance.now() - this.told < FOLLOW) this.telling = setTimeout(tell, REST);
    else tell();
  }

  /** Puts what lies on the panels where it belongs now. */
  place() {
    this.slide(this.moving ? this.here() : null);
  }

  private slide(to: View | null) {
    this.copies = this.moved?.slide(this.base, to, this.width, this.wanted.density, this.mayCopy()) ?? false;
  }

  /** What went wrong stands on a panel, and has to be seen. */
  private mayCopy(): boolean {
    return this.failed === '' && (this.moved?.copies ?? false);
  }

  /** A hand that only moves the range leaves everything where it lies; over a copy, one that zooms too. */
  private slides(to: View): boolean {
    return this.copies || Math.abs(to.to - to.from - (this.shown.to - this.shown.from)) < 1;
  }

  // ---- Where a moment lies ----

  /** Per cent of a panel's width. */
  at(t: number): number {
    return ((t - this.base.from) / (this.base.to - this.base.from)) * 100;
  }

  /** Whether something lies on the reel, seen or not. */
  holds(t: number): boolean {
    return t >= Math.min(this.film.from, this.base.from) && t <= Math.max(this.film.to, this.base.to);
  }

  /** Whether the words of something have no room to the right of it: they are 36 pixels wide at most. */
  isLast(t: number): boolean {
    return this.at(t) > 100 - 3600 / Math.max(this.width, 72);
  }

  /** Whether something lies beside what is seen: a part of its words would read as others, 37.1 as 7.1. */
  isOut(t: number): boolean {
    return !this.moving && (this.at(t) < -0.5 || this.at(t) > 100.5);
  }

  /**
   * How a picture lies that nobody zooms: on whole pixels of the device and in its own size, so that it is copied and not drawn
   * anew. Else empty: it is stretched with its panel.
   */
  readonly lying = $derived.by(() => {
    if (!this.drawn || (this.gesture && !this.moving)) return '';
    const { picture, facts } = this.drawn;
    const { density } = this.wanted;
    const left = Math.round(this.lie.left * this.width * density) / density;
    return `left: ${left}px; width: ${picture.width / density}px; height: ${picture.height / facts.panels.length / density}px`;
  });
}
