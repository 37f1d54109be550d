// Which wards there are, the one that is looked at, and where somebody lies in words that no two beds share.
import type { QueueItem } from '../backend';
import { board } from './board.svelte';
import { keep, kept } from './kept';

/** Made once: to make one takes longer than to compare a ward's beds. */
const counted = new Intl.Collator('en', { numeric: true });

/** As people count: bed 2 before bed 10. */
export const inOrder = (a: string, b: string): number => counted.compare(a, b);

class Wards {
  private wanted = $state(kept('ward') ?? '');
  /** In one word, so that a new value of somebody is not a new list. */
  private readonly joined = $derived(
    [
      ...new Set(
        board
          .listed()
          .map((row) => row.ward)
          .filter(Boolean),
      ),
    ]
      .sort(inOrder)
      .join('\n'),
  );
  readonly names: string[] = $derived(this.joined === '' ? [] : this.joined.split('\n'));

  /** Beds of several wards are shown: a bed alone says little. */
  get several(): boolean {
    return this.names.length > 1;
  }

  /** The ward that is looked at, empty for all of them. One that is not there hides nobody. */
  get chosen(): string {
    return this.several && this.names.includes(this.wanted) ? this.wanted : '';
  }
  set chosen(name: string) {
    this.wanted = name;
    keep('ward', name);
  }

  /** The ward to be said beside the bed of somebody; empty where it says nothing. */
  of(patient: string, lay = ''): string {
    const row = board.rows.get(patient);
    if (!this.several || row?.home) return '';
    // Who left the board lay somewhere; an alarm that names nobody is of no ward.
    return row ? row.ward || 'ward not known' : lay;
  }

  /** Where somebody lies: `Bed 12 · Ward 7B`, or `Bed 12` where there is one ward. */
  place({ patient, place, ward: lay }: { patient: string; place: string; ward?: string }): string {
    const ward = this.of(patient, lay);
    return ward === '' ? place : `${place} · ${ward}`;
  }
}

export const wards = new Wards();

/** Whose alarm, and which: in the name of each button that does something about it, for who hears a button without what is around it. */
export const whose = (item: QueueItem): string =>
  [wards.place(item), board.initials ? item.initials : item.name, item.alarm.shown].filter(Boolean).join(', ');
