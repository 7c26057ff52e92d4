import { defineConfig } from 'vite'

interface Files {
  /** For a script tag, of `src/script.ts`; its exports become this global. */
  script: string
  global: string
  /** To import, of `src/index.ts`. */
  module: string
}

/** How a package becomes two files that the server hands out; `--mode script` builds the script. */
export const library = ({ script, global, module }: Files) =>
  defineConfig(({ mode }) => ({
    publicDir: false,
    build: {
      outDir: '../../../src/visavis/server/static',
      emptyOutDir: false,
      target: 'es2022',
      lib:
        mode === 'script'
          ? { entry: 'src/script.ts', formats: ['iife'], name: global, fileName: () => script }
          : { entry: 'src/index.ts', formats: ['es'], fileName: () => module },
    },
  }))
