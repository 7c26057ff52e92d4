import { writeFile } from 'node:fs/promises'
import { types } from './types.mjs'

await writeFile(new URL('src/index.ts', import.meta.url), await types())
