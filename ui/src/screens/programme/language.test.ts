import { expect, it } from 'vitest';
import { language } from './language';

it('a language is said by its name, and as it was sent where it is no code', () => {
  expect(['de', 'pt-BR', 'Turkish', 'Swiss German', 'zz_1'].map(language)).toEqual([
    'German',
    'Brazilian Portuguese',
    'Turkish',
    'Swiss German',
    'zz_1',
  ]);
});
