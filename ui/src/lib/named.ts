/** A list with a word of its own for each: of several that are called alike the second is called otherwise. What a server sends has no
 *  names that are nobody else's, and a list in which a word stands twice is not drawn at all. */
export function named<T>(list: readonly T[], word: (one: T) => string): [string, T][] {
  const seen = new Map<string, number>();
  return list.map((one) => {
    const called = word(one);
    const before = seen.get(called) ?? 0;
    seen.set(called, before + 1);
    return [before === 0 ? called : `${called} ${before + 1}`, one];
  });
}
