// A list that may be long: only what is near the part in sight is there.
//
// A list of a few dozen is there as a whole, and nothing is measured. In a longer one the rows in sight, some more on either side,
// and the row that has the focus are there; spaces stand for the rest, so that the scroll bar and what lies below keep their place.
import {
  defaultRangeExtractor,
  elementScroll,
  observeElementOffset,
  observeElementRect,
  Virtualizer,
  type Range,
} from '@tanstack/virtual-core';
import type { Attachment } from 'svelte/attachments';
import { untrack } from 'svelte';

/** Rows that are simply there. */
const SHORT = 60;
/** Rows beside those in sight. */
const BESIDE = 8;

export interface LongOptions {
  /** How many rows, and what tells the n-th from others. */
  count: number;
  keyOf: (n: number) => string | number;
  /** Pixels of the n-th row before it was measured, and between two rows. */
  height: (n: number) => number;
  gap?: number;
  /** How many rows are simply there. */
  short?: number;
}

/** A row that is there, and how many pixels of rows that are not lie above it. */
export interface Entry {
  n: number;
  before: number;
}

export class LongList {
  private readonly list: Virtualizer<HTMLElement, HTMLElement>;
  private scroller: HTMLElement | null = null;
  private host: HTMLElement | null = null;
  /** How far down the rows begin in what scrolls. */
  private margin = $state(0);
  private focused: number | null = null;
  /** Raised when other rows are in sight, or one has another height. */
  private changes = $state(0);
  private deriving = false;

  constructor(private readonly options: () => LongOptions) {
    this.list = new Virtualizer(this.settings());
  }

  readonly isLong = $derived.by(() => {
    const { count, short = SHORT } = this.options();
    return count > short;
  });

  /** The rows that are there, and the pixels below the last of them. */
  readonly rows: { entries: Entry[]; after: number } = $derived.by(() => {
    void this.changes;
    const { count, gap = 0 } = this.options();
    if (!this.isLong) return { entries: Array.from({ length: count }, (_, n) => ({ n, before: 0 })), after: 0 };
    this.deriving = true;
    this.list.setOptions(this.settings());
    const items = this.list.getVirtualItems();
    const total = this.list.getTotalSize();
    this.deriving = false;
    const { margin } = this;
    let end = margin - gap;
    const entries = items.map((item) => {
      // A space between rows is a row itself, with a gap on its other side too.
      const before = Math.max(0, item.start - end - 2 * gap);
      end = item.end;
      return { n: item.index, before };
    });
    return { entries, after: Math.max(0, total - (end - margin) - gap) };
  });

  /** On the element that holds the rows; `within` finds the one that scrolls, where it is another. */
  attach(within?: (host: HTMLElement) => HTMLElement | null): Attachment<HTMLElement> {
    return (host) => {
      this.scroller = within ? within(host) : host;
      this.host = host;
      const focus = (event: FocusEvent) => {
        const row = (event.target as HTMLElement).closest<HTMLElement>('[data-index]');
        this.focused = row ? Number(row.dataset.index) : null;
      };
      const blur = () => (this.focused = null);
      host.addEventListener('focusin', focus);
      host.addEventListener('focusout', blur);
      const unmount = this.list._didMount();
      $effect(() => {
        void this.rows;
        untrack(() => this.settle());
      });
      return () => {
        host.removeEventListener('focusin', focus);
        host.removeEventListener('focusout', blur);
        unmount();
        this.host = this.scroller = null;
      };
    };
  }

  /** The rows stand in the page. */
  private settle() {
    const { host, scroller } = this;
    if (!this.isLong || !host || !scroller) return;
    // What lies above them, in what scrolls, may have another height.
    const margin = host === scroller ? 0 : offset(host, scroller);
    if (Math.abs(margin - this.margin) >= 1) this.margin = margin;
    this.list._willUpdate();
  }

  /** On each row that is there: it is as high as what it says. */
  measure(row: Element | null, n: number) {
    if (!row || !untrack(() => this.isLong)) return;
    row.setAttribute('data-index', String(n));
    untrack(() => this.list.measureElement(row as HTMLElement));
  }

  /** What tells rows apart and how high they are may change with each look; that they are asked here does not. */
  private readonly keyOf = (n: number) => untrack(() => this.options()).keyOf(n);
  private readonly height = (n: number) => untrack(() => this.options()).height(n);
  private readonly scrolls = () => this.scroller;
  private readonly inRange = (range: Range) => {
    const near = defaultRangeExtractor(range);
    const { focused } = this;
    // What has the focus stays: somebody may come back to it.
    if (focused === null || near.includes(focused) || focused >= range.count) return near;
    return [...near, focused].sort((a, b) => a - b);
  };
  private readonly changed = () => {
    if (!this.deriving) this.changes += 1;
  };

  private settings() {
    const { count, gap = 0 } = untrack(() => this.options());
    return {
      count,
      gap,
      getItemKey: this.keyOf,
      estimateSize: this.height,
      overscan: BESIDE,
      scrollMargin: this.margin,
      getScrollElement: this.scrolls,
      observeElementRect,
      observeElementOffset,
      scrollToFn: elementScroll,
      initialRect: { width: 0, height: 900 },
      rangeExtractor: this.inRange,
      // Rows that are measured change the rows that are there; not within one look of the engine at their sizes.
      useAnimationFrameWithResizeObserver: true,
      onChange: this.changed,
    };
  }
}

/** How far down an element begins in what scrolls it. */
function offset(host: HTMLElement, scroller: HTMLElement): number {
  return (
    host.getBoundingClientRect().top - scroller.getBoundingClientRect().top - scroller.clientTop + scroller.scrollTop
  );
}
