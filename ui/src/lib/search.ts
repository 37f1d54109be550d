// Who is meant by a few letters: a name, a number, a bed, a ward.
import type { Tile } from '../backend';
import { inOrder } from './wards.svelte';

/** Letters that no mark can be taken off. */
const PLAIN: Record<string, string> = { ß: 'ss', æ: 'ae', ø: 'o', ł: 'l', đ: 'd', ı: 'i' };

/** Letters alone: `Müller` and `muller` are one, whichever script. */
const plain = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[ßæøłđı]/g, (letter) => PLAIN[letter] ?? letter);

const parts = (text: string): string[] => plain(text).split(/[\s,.;·'’-]+/u);
const unpadded = (text: string): string => text.replace(/^0+(?=.)/, '');

/** How well a word fits somebody: 0 as it is meant, more the less likely; null where it does not. */
function fit(tile: Tile, word: string): number | null {
  const [bed, number, names] = [plain(tile.bed), plain(tile.mrn), parts(tile.name)];
  if (unpadded(bed) === unpadded(word) || number === word) return 0;
  if (names.includes(word) || parts(tile.place).includes(word)) return 0;
  if (bed.startsWith(word) || names.some((part) => part.startsWith(word))) return 1;
  if (parts(tile.ward).some((part) => part.startsWith(word))) return 2;
  return number.includes(word) || plain(tile.name).includes(word) ? 3 : null;
}

/** Those that every word fits, the likeliest first; without a word all of them. */
export function find(tiles: Tile[], words: string): Tile[] {
  const wanted = plain(words)
    .split(/[\s,]+/)
    .filter(Boolean);
  const found = tiles.flatMap((tile) => {
    const fits = wanted.map((word) => fit(tile, word));
    return fits.includes(null) ? [] : [{ tile, off: fits.reduce<number>((sum, one) => sum + (one ?? 0), 0) }];
  });
  return found
    .sort((a, b) => a.off - b.off || inOrder(a.tile.ward, b.tile.ward) || inOrder(a.tile.bed, b.tile.bed))
    .map(({ tile }) => tile);
}
