import { defineConfig } from 'vite'

// Two builds of one entry: https://…/daily-js.js to import, https://…/daily.js for a script tag.
export default defineConfig(({ mode }) => ({
  publicDir: false,
  build: {
    outDir: '../../../src/visavis/server/static',
    emptyOutDir: false,
    target: 'es2022',
    lib:
      mode === 'script'
        ? { entry: 'src/script.ts', formats: ['iife'], name: 'visavisDaily', fileName: () => 'daily.js' }
        : { entry: 'src/index.ts', formats: ['es'], fileName: () => 'daily-js.js' },
  },
}))
