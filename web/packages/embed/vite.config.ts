import { defineConfig } from 'vite'

// Two builds of one entry: https://…/embed.js for a script tag or a bare import, https://…/embed.mjs for its exports.
export default defineConfig(({ mode }) => ({
  publicDir: false,
  build: {
    outDir: '../../../src/visavis/server/static',
    emptyOutDir: false,
    target: 'es2022',
    lib:
      mode === 'script'
        ? { entry: 'src/script.ts', formats: ['iife'], name: 'visavisEmbed', fileName: () => 'embed.js' }
        : { entry: 'src/index.ts', formats: ['es'], fileName: () => 'embed.mjs' },
  },
}))
