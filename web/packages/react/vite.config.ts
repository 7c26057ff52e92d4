import { defineConfig } from 'vite'

// The call core goes into the package, React stays outside.
export default defineConfig({
  publicDir: false,
  build: {
    target: 'es2022',
    lib: { entry: 'src/index.ts', formats: ['es'], fileName: () => 'index.js' },
    rolldownOptions: { external: [/^react($|\/)/] },
  },
})
