// Rules that find mistakes; how the code looks is prettier's.
import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';

/** Folders that only use what stands beside or below them: a part knows no screen, and only `backend` knows Tauri. */
const noTauri = { group: ['@tauri-apps/*'], message: 'Only src/backend knows Tauri.' };
const noScreen = { group: ['**/screens/**'], message: 'Parts and lib know no screen.' };

export default ts.config(
  { ignores: ['dist', 'src/backend/bindings.ts'] },
  js.configs.recommended,
  ts.configs.recommendedTypeChecked,
  svelte.configs.recommended,
  prettier,
  svelte.configs.prettier,
  {
    languageOptions: {
      globals: globals.browser,
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname, extraFileExtensions: ['.svelte'] },
    },
    rules: {
      'no-restricted-imports': ['error', { patterns: [noTauri] }],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      // `void x` names what an effect depends on.
      '@typescript-eslint/no-meaningless-void-operator': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser } },
    // To this parser other components are `any`; svelte-check knows what they are.
    rules: Object.fromEntries(
      ['argument', 'assignment', 'call', 'member-access', 'return'].map((what) => [
        `@typescript-eslint/no-unsafe-${what}`,
        'off',
      ]),
    ),
  },
  {
    files: ['src/parts/**', 'src/lib/**'],
    rules: { 'no-restricted-imports': ['error', { patterns: [noTauri, noScreen] }] },
  },
  { files: ['src/backend/**'], rules: { 'no-restricted-imports': 'off' } },
  {
    files: ['**/*.test.ts'],
    // What a test takes hold of it knows, and what it watches it does not call.
    rules: Object.fromEntries(
      ['no-unnecessary-type-assertion', 'require-await', 'unbound-method'].map((rule) => [
        `@typescript-eslint/${rule}`,
        'off',
      ]),
    ),
  },
  { files: ['*.js'], extends: [ts.configs.disableTypeChecked], languageOptions: { globals: globals.node } },
);
