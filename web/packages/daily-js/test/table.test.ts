import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import * as stand from '../src/index'
import { DailyCall } from '../src/dailyCall'
import { renderTables, wordOf } from '../table/render'
import { CALL, eventStatus, FACTORY } from '../table/status'
import surface from '../table/surface.json'

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8')

/** Set by the constructor, not by the class. */
const FIELDS = ['callClientId', 'properties']

test('docs/daily.md is what the tables say', async () => {
  const page = `${read('../table/preface.md')}\n${renderTables(surface)}\n`
  await expect(page).toMatchFileSnapshot('../../../../docs/daily.md')
})

test.each(surface.call.filter((name) => !FIELDS.includes(name)))('a call has %s', (name) => {
  expect(DailyCall.prototype).toHaveProperty(name)
  expect(wordOf(CALL[name] ?? 'done')).toMatch(/done|partly|never/)
})

test('the default export has what it says', () => {
  expect(Object.keys(stand.default).sort()).toEqual([...surface.factory].sort())
  expect(Object.keys(FACTORY).sort()).toEqual([...surface.factory].sort())
})

test('the named exports are Daily’s', () => {
  const ours = Object.keys(stand).filter((name) => name.startsWith('DAILY_'))
  // Words of Daily's own frame, which no program listens to.
  expect(ours.sort()).toEqual(surface.constants.filter((name) => !name.includes('IFRAME')))
})

test.each(surface.events.filter((event) => eventStatus(event) === 'done'))('something tells of %s', (event) => {
  expect(sources).toContain(`'${event}'`)
})

test('nothing is in the tables that Daily does not have', () => {
  expect(Object.keys(CALL).filter((name) => !surface.call.includes(name))).toEqual([])
})

/** The modules that emit. */
const sources = ['../src/call/', '../src/']
  .flatMap((folder) => readdirSync(new URL(folder, import.meta.url)).map((name) => `${folder}${name}`))
  .filter((path) => path.endsWith('.ts') && !path.endsWith('constants.ts'))
  .map(read)
  .join('\n')
