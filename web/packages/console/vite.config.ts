import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

export default defineConfig({
  // Relative, so that the page also works behind a proxy that adds a path: /{conversation_id} → /assets.
  base: './',
  plugins: [react()],
  build: {
    outDir: '../../../src/visavis/server/static',
    emptyOutDir: true,
    target: 'es2022',
    // light-dark() is written out for browsers that do not know it.
    cssTarget: ['chrome111', 'firefox114', 'safari16.4'],
    assetsInlineLimit: 0,
  },
})
