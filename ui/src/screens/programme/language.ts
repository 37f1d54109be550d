const names = new Intl.DisplayNames('en', { type: 'language' });

/** A language as words: a code of BCP 47 by its name, anything else as it was sent. */
export function language(told: string): string {
  if (!/^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*$/.test(told)) return told;
  try {
    return names.of(told.replace('_', '-')) ?? told;
  } catch {
    return told;
  }
}
