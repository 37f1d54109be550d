// Numbers as they are read.
import type { News } from '../backend';

/** A value with so many digits behind the point. */
export function digits(value: number, behind: number): string {
  return value.toFixed(behind);
}

/** Nobody charts a whole score at home: what a few values give there says nothing, unless it is bad already. */
export const isUnscored = (news: News, home: boolean): boolean => home && news.total === null && news.colour === null;

/** The score as it is shown where somebody lies. */
export const score = (news: News, home: boolean): string => (isUnscored(news, home) ? '–' : news.shown);
