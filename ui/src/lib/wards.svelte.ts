// Which wards there are, the one that is looked at, and where somebody lies in words that no two beds share.
import { board } from './board.svelte';
import { keep, kept } from './kept';

/** As people count: bed 2 before bed 10. */
export const inOrder = (a: string, b: string): number => a.localeCompare(b, 'en', { numeric: true });

class Wards {
  private wanted = $state(kept('ward') ?? '');
  /** In one word, so that a new value of somebody is not a new list. */
  private readonly joined = $derived(
    [
      ...new Set(
        board
          .listed()
          .map((row) => row.tile.ward)
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
  of(patient: string): string {
    const tile = board.rows.get(patient)?.tile;
    if (!this.several || !tile || tile.home) return '';
    return tile.ward || 'ward not known';
  }

  /** Where somebody lies: `Bed 12 · Ward 7B`, or `Bed 12` where there is one ward. */
  place({ patient, place }: { patient: string; place: string }): string {
    const ward = this.of(patient);
    return ward === '' ? place : `${place} · ${ward}`;
  }
}

export const wards = new Wards();
