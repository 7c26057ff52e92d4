import { isObject, stringOf } from '@visavis/call'

/** A message that passed, as the events list shows it. */
export interface LogEntry {
  readonly id: number
  /** Milliseconds since the epoch; of the last one where several count as one. */
  readonly at: number
  readonly direction: 'in' | 'out'
  readonly name: string
  readonly body: unknown
  readonly count: number
}

export type Log = readonly LogEntry[]

export const LOG_LIMIT = 500

const HEARTBEATS = new Set(['system.replica_present', 'system.pal_present'])

/** Adds a message. Heartbeats share one row each, so that they push nothing else out. */
export function append(log: Log, direction: LogEntry['direction'], body: unknown, at: number): Log {
  const name = nameOf(body)
  const beat = HEARTBEATS.has(name) ? log.findIndex((entry) => entry.name === name) : -1
  if (beat >= 0) {
    return log.map((entry, index) => (index === beat ? { ...entry, at, body, count: entry.count + 1 } : entry))
  }
  const id = (log.at(-1)?.id ?? 0) + 1
  return [...log, { id, at, direction, name, body, count: 1 }].slice(-LOG_LIMIT)
}

/** Entries whose name or text holds every word of the filter. */
export function filterLog(log: Log, filter: string): Log {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0) return log
  return log.filter((entry) => {
    const text = `${entry.name} ${JSON.stringify(entry.body)}`.toLowerCase()
    return words.every((word) => text.includes(word))
  })
}

/** One row for a run of `utterance.streaming` of one utterance: the last of them, and how many there were. */
export function foldLog(log: Log): Log {
  const folded: LogEntry[] = []
  for (const entry of log) {
    const last = folded.at(-1)
    if (last && runOf(entry) !== null && runOf(last) === runOf(entry)) {
      folded[folded.length - 1] = { ...entry, id: last.id, count: last.count + 1 }
    } else {
      folded.push(entry)
    }
  }
  return folded
}

/** What the message says, where it says something. */
export function wordsOf(entry: LogEntry): string {
  const properties = isObject(entry.body) ? entry.body['properties'] : null
  if (!isObject(properties)) return ''
  const words = stringOf(properties, 'speech') || stringOf(properties, 'text') || stringOf(properties, 'reason')
  const role = stringOf(properties, 'role')
  return role && words ? `${role}: ${words}` : words || stringOf(properties, 'name') || stringOf(properties, 'context')
}

function runOf(entry: LogEntry): string | null {
  if (entry.name !== 'conversation.utterance.streaming' || !isObject(entry.body)) return null
  return stringOf(entry.body, 'inference_id') || null
}

function nameOf(body: unknown): string {
  const name = isObject(body) ? stringOf(body, 'event_type') : ''
  return name || 'app message'
}
