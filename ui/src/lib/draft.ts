// What somebody has begun to write. It is kept while they type, by the program and for them alone: who comes after does not see it, and
// it stands there again when they are back.
import { backend } from '../backend';
import { board } from './board.svelte';

/** Words are kept when nobody has typed for so long. */
const PAUSE_MS = 250;

/**
 * On a field: what its author has begun to write at this place stands in it, and what they type is kept. `set` changes what the field
 * holds.
 */
export function drafted(place: string, set: (text: string) => void): (field: HTMLInputElement) => () => void {
  return (field) => {
    // Of who is here now: what is kept when they are gone is still theirs.
    const sitting = board.sitting;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const keep = () => {
      clearTimeout(timer);
      timer = undefined;
      void backend.keepDraft(sitting, place, field.value).catch(() => {});
    };
    const typed = () => {
      clearTimeout(timer);
      timer = setTimeout(keep, PAUSE_MS);
    };
    field.addEventListener('input', typed);
    if (board.who?.ofPeople)
      backend.draft(place).then(
        (text) => {
          if (text && field.value === '' && board.sitting === sitting) set(text);
        },
        () => {},
      );
    return () => {
      field.removeEventListener('input', typed);
      if (timer !== undefined) keep();
    };
  };
}

/** It was recorded, or thrown away. */
export function forget(place: string) {
  if (board.who?.ofPeople) void backend.keepDraft(board.sitting, place, '').catch(() => {});
}
