import { expect, test } from 'vitest'
import { append, filterLog, foldLog, type Log, LOG_LIMIT, wordsOf } from '../src/model/log'

function logOf(...bodies: unknown[]): Log {
  return bodies.reduce<Log>((log, body, at) => append(log, 'in', body, at), [])
}

const streaming = (id: string, speech: string): unknown => ({
  event_type: 'conversation.utterance.streaming',
  inference_id: id,
  properties: { role: 'replica', speech },
})

test('heartbeats share one row', () => {
  const log = logOf(
    { event_type: 'system.replica_present', properties: { attempt: 1 } },
    { event_type: 'conversation.utterance' },
    { event_type: 'system.replica_present', properties: { attempt: 2 } },
  )
  expect(log.map(({ name, count }) => [name, count])).toEqual([
    ['system.replica_present', 2],
    ['conversation.utterance', 1],
  ])
})

test('the oldest rows go when there are too many', () => {
  const log = logOf(...Array.from({ length: LOG_LIMIT + 5 }, (_, n) => ({ event_type: `e${n}` })))
  expect(log).toHaveLength(LOG_LIMIT)
  expect(log[0]?.name).toBe('e5')
})

test('a growing utterance folds into its newest state', () => {
  const folded = foldLog(logOf(streaming('a', 'One'), streaming('a', 'One two'), streaming('b', 'Three')))
  expect(folded.map(({ count }) => count)).toEqual([2, 1])
  expect(folded.map(wordsOf)).toEqual(['replica: One two', 'replica: Three'])
})

test('every word of a filter must be found', () => {
  const log = logOf(streaming('a', 'One'), { event_type: 'conversation.utterance', properties: { role: 'user' } })
  expect(filterLog(log, 'utterance USER')).toHaveLength(1)
  expect(filterLog(log, '')).toHaveLength(2)
})

test('a message of the application is listed too', () => {
  expect(logOf('hello')[0]?.name).toBe('app message')
})
