// How many alarms there are, and what is said where none stands: before alarms were read neither means anything, on any screen.
import { board } from './board.svelte';

/** In place of words that say that there is none. */
export const UNREAD = 'Alarms are not read yet';

/** So many, a dash where it is not known that there is none. */
export const count = (n: number): string => (board.alarmsRead || n > 0 ? String(n) : '–');

/** What stands where none is shown, and what to do meanwhile. */
export const none = (words: string, advice = '. Watch the bedside monitors.'): string =>
  board.alarmsRead ? words : UNREAD + advice;
