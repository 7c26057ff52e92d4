import type { ConversationEvent } from '@visavis/call'
import { expect, test } from 'vitest'
import { median, NO_TIMINGS, timeEvent, timeSent, type Timings } from '../src/model/timing'

function event(name: string, role?: string): ConversationEvent {
  return { message_type: 'conversation', event_type: `conversation.${name}`, ...(role ? { properties: { role } } : {}) }
}

const sent = (name: string): unknown => ({ event_type: `conversation.${name}` })

function after(steps: [number, ConversationEvent][], timings: Timings = NO_TIMINGS): Timings {
  return steps.reduce((so, [at, each]) => timeEvent(so, each, at), timings)
}

test('a spoken turn is timed from the end of speech', () => {
  const { turns } = after([
    [1000, event('user.stopped_speaking')],
    [1200, event('utterance', 'user')],
    [1700, event('replica.started_speaking')],
    [1900, event('utterance', 'replica')],
  ])
  expect(turns).toMatchObject([{ kind: 'spoken', words: 200, voice: 700, text: 900 }])
})

test('pauses within a turn start its clock anew', () => {
  const { turns } = after([
    [1000, event('user.stopped_speaking')],
    [3000, event('user.stopped_speaking')],
    [3100, event('utterance', 'user')],
  ])
  expect(turns).toMatchObject([{ start: 3000, words: 100 }])
})

test('a sound between a typed turn and its answer takes nothing from it', () => {
  const typed = timeSent(NO_TIMINGS, sent('respond'), 0)
  const { turns } = after([[500, event('user.stopped_speaking')], [800, event('replica.started_speaking')]], typed)
  expect(turns).toMatchObject([{ kind: 'typed', voice: 800 }])
})

test('an interrupt is timed to the stop', () => {
  const cut = timeSent(NO_TIMINGS, sent('interrupt'), 100)
  expect(after([[130, event('replica.stopped_speaking')]], cut).interrupts).toEqual([30])
})

test('a stop that nobody asked for is no interrupt', () => {
  expect(after([[130, event('replica.stopped_speaking')]]).interrupts).toEqual([])
})

test("the server's account of a wait is listed in its order, steps not passed left out", () => {
  const account = { message_type: 'visavis', event_type: 'visavis.latency', properties: { total: 0.5, llm_first_text: 0.2 } }
  expect(timeEvent(NO_TIMINGS, account, 0).steps).toEqual([['First text', 200], ['Together', 500]])
})

test('the median of nothing is nothing', () => {
  expect(median([])).toBeNull()
  expect(median([3, 1, 2])).toBe(2)
  expect(median([4, 1, 2, 3])).toBe(2.5)
})
