import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

export default defineConfig({
  root: at('.'),
  base: './',
  plugins: [react()],
  // StrictMode mounts twice in development only.
  mode: 'development',
  build: { emptyOutDir: true, target: 'es2022', minify: false },
  resolve: {
    alias: { '@visavis/react': at('../src/index.ts') },
    // The example lies outside of this workspace.
    dedupe: ['react', 'react-dom'],
  },
})
