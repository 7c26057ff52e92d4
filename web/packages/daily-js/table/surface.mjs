// Writes surface.json: what @daily-co/daily-js declares. Its newest release wants a newer Node than this
// workspace does, so it is no dependency of ours; unpack it anywhere and name its declarations:
//   node packages/daily-js/table/surface.mjs …/@daily-co/daily-js/index.d.ts
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import ts from 'typescript'

const path = process.argv[2]
const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true)
const { version } = JSON.parse(readFileSync(join(dirname(path), 'package.json'), 'utf8'))

const declared = (name) => source.statements.find((statement) => statement.name?.text === name)
const members = (name) => [...new Set(declared(name).members.map((member) => member.name.text))]
const literals = (name) => declared(name).type.types.map((type) => type.literal.text)

const surface = {
  version,
  factory: [...members('DailyCallFactory'), ...members('DailyCallStaticUtils')],
  call: members('DailyCall'),
  options: members('DailyCallOptions'),
  events: literals('DailyEvent'),
  fatalErrors: literals('DailyFatalErrorType'),
  cameraErrors: literals('DailyCameraErrorType'),
}
const constants = readFileSync(join(dirname(path), 'dist/daily-esm.js'), 'utf8').matchAll(/ as (DAILY_[A-Z_]+)/g)
surface.constants = [...constants].map(([, name]) => name).sort()
writeFileSync(new URL('surface.json', import.meta.url), `${JSON.stringify(surface, null, 2)}\n`)
