import { CALL, CAMERA, eventStatus, FACTORY, FATAL, OPTIONS, type Status, type Statuses } from './status'

/** What surface.mjs found in Daily's declarations. */
export interface Surface {
  readonly version: string
  readonly factory: readonly string[]
  readonly call: readonly string[]
  readonly options: readonly string[]
  readonly events: readonly string[]
  readonly fatalErrors: readonly string[]
  readonly cameraErrors: readonly string[]
}

/** The generated part of docs/daily.md. Throws when a part of the surface has no status. */
export function renderTables(surface: Surface): string {
  const all = [
    ...[...surface.factory].map((name) => statusOf(FACTORY, name)),
    ...surface.call.map((name) => statusOf(CALL, name)),
    ...surface.events.map(eventStatus),
  ]
  const count = (word: string): number => all.filter((status) => wordOf(status) === word).length
  return [
    `## Method by method, event by event`,
    `Compared with the declarations of \`@daily-co/daily-js\` ${surface.version}: of ${all.length} methods and events ` +
      `${count('done')} are done, ${count('partly')} partly, ${count('never')} never.`,
    `### The default export`,
    table('method', surface.factory, (name) => statusOf(FACTORY, name)),
    `### A call`,
    table('member', surface.call, (name) => statusOf(CALL, name)),
    `### Options`,
    table('option', surface.options, (name) => statusOf(OPTIONS, name)),
    `### Events`,
    `Every event has \`action\` and \`callClientId\`.`,
    table('event', surface.events, eventStatus),
    `### Errors`,
    errors('`error.type` of an `error`', surface.fatalErrors, FATAL),
    errors('`error.type` of a `camera-error`', surface.cameraErrors, CAMERA),
  ].join('\n\n')
}

function statusOf(statuses: Statuses, name: string): Status {
  const status = statuses[name]
  if (status === undefined) throw new Error(`status.ts says nothing of ${name}`)
  return status
}

export function wordOf(status: Status): string {
  return typeof status === 'string' ? status : status[0]
}

function table(head: string, names: readonly string[], of: (name: string) => Status): string {
  const rows = names.map((name) => {
    const status = of(name)
    return `| \`${name}\` | ${wordOf(status)} | ${typeof status === 'string' ? '' : status[1]} |`
  })
  return [`| ${head} | | |`, '|---|---|---|', ...rows].join('\n')
}

function errors(head: string, names: readonly string[], when: Readonly<Record<string, string>>): string {
  return [`| ${head} | when |`, '|---|---|', ...names.map((name) => `| \`${name}\` | ${when[name] ?? 'never'} |`)].join('\n')
}
