import { defineConfig } from 'vite'

// One ES module that any page can import from the server: https://…/call.js
export default defineConfig({
  publicDir: false,
  build: {
    outDir: '../../../src/visavis/server/static',
    emptyOutDir: false,
    target: 'es2022',
    lib: { entry: 'src/index.ts', formats: ['es'], fileName: () => 'call.js' },
  },
})
