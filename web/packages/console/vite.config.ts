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
    assetsInlineLimit: 0,
  },
})
