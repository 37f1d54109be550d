import { svelte } from '@sveltejs/vite-plugin-svelte';
import { svelteTesting } from '@testing-library/svelte/vite';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  plugins: [svelte(), svelteTesting()],
  clearScreen: false,
  // The typefaces of window and paper lie with the charts.
  server: { port: 5173, strictPort: true, fs: { allow: ['.', '../crates/charts/fonts'] } },
  build: { target: 'safari15', modulePreload: false, assetsInlineLimit: 0, cssCodeSplit: false },
  test: { environment: 'happy-dom' },
});
