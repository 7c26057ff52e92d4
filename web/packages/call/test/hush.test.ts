import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Hush, HUSH_LIMIT } from '../src/hush'

const track = { enabled: true } as MediaStreamTrack
let hush: Hush

const tell = (what: string, interrupted?: boolean): void =>
  hush.onEvent({
    message_type: 'conversation',
    event_type: `conversation.replica.${what}`,
    ...(interrupted === undefined ? {} : { properties: { interrupted } }),
  })

beforeEach(() => {
  vi.useFakeTimers()
  track.enabled = true
  hush = new Hush(() => [track])
})
afterEach(() => void vi.useRealTimers())

test('speech that was cut off is silent at once, and for no longer than the buffer holds it', () => {
  tell('stopped_speaking', true)
  expect(track.enabled).toBe(false)
  vi.advanceTimersByTime(HUSH_LIMIT)
  expect(track.enabled).toBe(true)
})

test('speech that ended by itself is heard to its end', () => {
  tell('stopped_speaking', false)
  expect(track.enabled).toBe(true)
})

test('what is said next is heard from its first sample', () => {
  tell('stopped_speaking', true)
  tell('started_speaking')
  expect(track.enabled).toBe(true)
})

test('a second cut hushes for its own time', () => {
  tell('stopped_speaking', true)
  vi.advanceTimersByTime(HUSH_LIMIT - 10)
  tell('started_speaking')
  tell('stopped_speaking', true)
  vi.advanceTimersByTime(20)
  expect(track.enabled).toBe(false)
})
