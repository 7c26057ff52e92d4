import { expect, test } from 'vitest'
import { endWords } from '../src/endWords'
import { asEvent } from '../src/events'
import { loudness } from '../src/level'
import { StatsReader } from '../src/stats'

test('silence has no loudness and a full wave all of it', () => {
  expect(loudness(new Float32Array(100))).toBe(0)
  expect(loudness(new Float32Array(100).fill(1))).toBe(1)
  expect(loudness(new Float32Array(100).fill(0.0316))).toBeCloseTo(0.5, 1)
})

test('figures are those of the last interval', () => {
  const reader = new StatsReader()
  const at = (timestamp: number, bytesReceived: number, jitterBufferDelay: number): unknown[] => [
    { type: 'inbound-rtp', kind: 'audio', timestamp, bytesReceived, jitterBufferDelay, jitterBufferEmittedCount: timestamp, packetsReceived: 99, packetsLost: 1 },
    { type: 'candidate-pair', nominated: true, currentRoundTripTime: 0.02 },
  ]
  expect(reader.read(at(1000, 5000, 10))).toMatchObject({ audioBitrate: null, audioDelay: null })
  const stats = reader.read(at(2000, 9000, 60))
  expect(stats).toMatchObject({ audioBitrate: 32_000, roundTrip: 20, audioLoss: 0.01, framesPerSecond: null })
  expect(stats.audioDelay).toBeCloseTo(50)
})

test.each([
  ['max_call_duration reached', 'time'],
  ['participant_left_timeout', 'left'],
  ['participant_left_timeout reached', 'left'],
  ['end_conversation_endpoint_hit', 'host'],
  ['worker lost', 'server'],
  ['something_new', 'something new'],
  ['', 'ended'],
])('the end for %o is said in words', (reason, word) => {
  expect(endWords(reason)).toContain(word)
  expect(endWords(reason)).not.toContain('_')
})

test('an app message without an event_type is no event', () => {
  expect(asEvent({ hello: 1 })).toBeNull()
  expect(asEvent('text')).toBeNull()
})

test('an event keeps what this page does not know', () => {
  const event = { message_type: 'conversation', event_type: 'conversation.new', seq: 4, properties: { a: 1 }, canvas_config: {} }
  expect(asEvent(event)).toEqual(event)
})
