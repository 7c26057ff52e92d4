// Declarations of this package and of the call core that is built into it, for a package without dependencies.
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'

const OUT = 'dist/types'
const options = ['--noEmit', 'false', '--declaration', '--emitDeclarationOnly', '--outDir', OUT, '--rootDir', '..']
execFileSync('npx', ['tsc', '-p', 'tsconfig.build.json', ...options], { stdio: 'inherit' })

for (const name of readdirSync(`${OUT}/react/src`)) {
  const path = `${OUT}/react/src/${name}`
  writeFileSync(path, readFileSync(path, 'utf8').replaceAll("'@visavis/call'", "'../../call/src/index'"))
}
