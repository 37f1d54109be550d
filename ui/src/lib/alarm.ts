// How an alarm reads: never by colour alone.

export const MARKS: Record<string, string> = { high: '***', med: '**', low: '*', tech: 'INOP' };
export const WORDS: Record<string, string> = { high: 'High', med: 'Med', low: 'Low', tech: 'INOP' };

export function alarmText(priority: string, text: string): string {
  return `${MARKS[priority] ?? ''} ${text}`;
}

/** Of the banner: `new` flashes, `owned` is outlined, `last-known` is what was true before the link broke. */
export function bannerState(presence: string, online: boolean): string {
  if (!online) return 'last-known';
  return presence === 'active' || presence === 'latched' ? 'new' : 'owned';
}
