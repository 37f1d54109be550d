import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const FONTS = '../crates/charts/fonts';
const css = readFileSync('src/styles/scripts.css', 'utf8');
const faces = [...css.matchAll(/@font-face \{([^}]*)\}/g)].map(([, body = '']) => ({
  file: /url\('[^']*\/([^/']+)'\)/.exec(body)?.[1] ?? '',
  ranges: /unicode-range: ([^;]+);/.exec(body)?.[1] ?? '',
}));

/** What the same file has to draw on paper. */
const table = readFileSync(`${FONTS}/../src/paper/fonts.rs`, 'utf8');
const onPaper = table
  .slice(table.indexOf('static FALLBACKS'), table.indexOf('impl Typeface'))
  .split('typeface!(')
  .slice(1)
  .map((row) => ({
    file: /"([\w-]+\.[ot]tf)"/.exec(row)?.[1] ?? '',
    ranges: [...row.matchAll(/\(0x([0-9a-f]+), 0x([0-9a-f]+)\)/g)]
      .map(([, first = '', last = '']) => `U+${first}-${last}`)
      .join(', '),
  }));

it('draws the same letters on the screen as on paper, from the same files', () => {
  expect(faces.length).toBeGreaterThan(15);
  const flat = (all: typeof faces) =>
    all.map(({ file, ranges }) => `${file}: ${ranges.replace(/\s+/g, ' ').toLowerCase()}`).sort();
  expect(flat(faces)).toEqual(flat(onPaper));
});

it('ships each typeface with its licence and its source', () => {
  const readme = readFileSync(`${FONTS}/README.md`, 'utf8');
  const shipped = readdirSync(FONTS).filter((name) => /\.[ot]tf$/.test(name));
  expect(shipped.filter((name) => !name.startsWith('Inter')).sort()).toEqual(faces.map(({ file }) => file).sort());
  for (const name of shipped) {
    const isNamed = readme.includes(name) || (name.startsWith('NotoSans') && readme.includes('NotoSans*.ttf'));
    expect(isNamed, name).toBe(true);
  }
  expect(existsSync(`${FONTS}/OFL.txt`) && existsSync(`${FONTS}/APACHE-2.0.txt`)).toBe(true);
});

it.each([
  ['Arabic', 'محمد'],
  ['Hebrew', 'שרה'],
  ['Chinese', '張伟龍'],
  ['Japanese', 'さくら髙カ'],
  ['Korean', '김민준'],
  ['Devanagari', 'प्रिया'],
  ['Thai', 'สมชาย'],
  ['Bengali', 'চট্টো'],
  ['Tamil', 'சுப்பிர'],
  ['Georgian', 'გიორგი'],
  ['Ethiopic', 'ተስፋዬ'],
])('has a typeface for each letter of a name in %s', (_, name) => {
  const ranges = faces.flatMap(({ ranges }) =>
    [...ranges.matchAll(/U\+([0-9a-f]+)-([0-9a-f]+)/gi)].map(([, a = '', b = '']) => [
      parseInt(a, 16),
      parseInt(b, 16),
    ]),
  );
  for (const letter of name) {
    const code = letter.codePointAt(0) ?? 0;
    expect(
      ranges.some(([first = 0, last = 0]) => first <= code && code <= last),
      letter,
    ).toBe(true);
  }
});
