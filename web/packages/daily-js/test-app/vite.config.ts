import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

// As an application would swap the two: one alias, nothing else.
export default defineConfig({
  root: at('.'),
  base: './',
  plugins: [react()],
  build: { emptyOutDir: true, target: 'es2022', minify: false },
  resolve: {
    alias: { '@daily-co/daily-js': at('../src/index.ts') },
    // The seed's component lies outside of this workspace.
    dedupe: ['react', 'react-dom'],
  },
})
