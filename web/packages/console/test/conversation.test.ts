import type { ConversationEvent } from '@visavis/call'
import { expect, test } from 'vitest'
import { afterEvent, afterSent, afterTime, type Conversation, NEW_CONVERSATION } from '../src/model/conversation'
import { asText } from '../src/model/transcript'
import { stateWords } from '../src/model/words'

type Step = [at: number, name: string, properties?: Record<string, unknown>, inference?: string]

function event(name: string, properties?: Record<string, unknown>, inference = 'i1'): ConversationEvent {
  const system = name.startsWith('system.') || name.startsWith('visavis.')
  return {
    message_type: 'conversation',
    event_type: system ? name : `conversation.${name}`,
    inference_id: inference,
    ...(properties ? { properties } : {}),
  }
}

function play(steps: Step[], start: Conversation = NEW_CONVERSATION): Conversation {
  return steps.reduce(
    (conversation, [at, name, properties, inference]) =>
      afterEvent(afterTime(conversation, at), event(name, properties, inference), at),
    start,
  )
}

function activities(steps: Step[]): string[] {
  return steps.map((_, index) => play(steps.slice(0, index + 1)).doing.activity)
}

const RESPOND = { message_type: 'conversation', event_type: 'conversation.respond', properties: { text: 'hi' } }
const PRESENT: Step = [0, 'system.replica_joined']

test('a spoken turn goes from listening over hearing and thinking to speaking and back', () => {
  expect(
    activities([
      PRESENT,
      [1000, 'user.started_speaking'],
      [2000, 'user.stopped_speaking'],
      [2100, 'utterance', { role: 'user', speech: 'Hello' }],
      [2900, 'replica.started_speaking'],
      [4000, 'replica.stopped_speaking', { interrupted: false, duration: 1.1 }],
    ]),
  ).toEqual(['listening', 'hearing', 'thinking', 'thinking', 'speaking', 'listening'])
})

test('a sound that no words come of does not leave it thinking', () => {
  const coughed = play([PRESENT, [1000, 'user.started_speaking'], [1300, 'user.stopped_speaking']])
  expect(coughed.doing.activity).toBe('thinking')
  expect(afterTime(coughed, 6000).doing.activity).toBe('listening')
})

test('a sound while an answer is owed does not end the thinking', () => {
  const asked = afterSent(play([PRESENT]), RESPOND, 1000)
  const coughed = play([[2000, 'user.started_speaking'], [2300, 'user.stopped_speaking']], asked)
  expect(afterTime(coughed, 12_000).doing.activity).toBe('thinking')
})

test('a typed turn makes it think at once', () => {
  expect(afterSent(play([PRESENT]), RESPOND, 1000).doing.activity).toBe('thinking')
})

test('an interruption is shown for a moment', () => {
  const cut = play([PRESENT, [1, 'replica.started_speaking'], [900, 'replica.stopped_speaking', { interrupted: true }]])
  expect(cut.doing.activity).toBe('interrupted')
  expect(afterTime(cut, 3000).doing.activity).toBe('listening')
})

test('a failed layer ends the thinking and is said in words', () => {
  const failed = play([[2, 'visavis.layer_failed', { layer: 'llm', reason: 'timed out' }]], afterSent(play([PRESENT]), RESPOND, 1))
  expect(failed.doing.activity).toBe('listening')
  expect(failed.trouble).toBe('The language model did not answer: timed out')
})

test('the state of the call comes before that of the replica', () => {
  expect(stateWords('reconnecting', 'speaking')).toBe('Reconnecting')
  expect(stateWords('joined', 'waiting')).toBe('Connecting')
  expect(stateWords('joined', 'hearing')).toBe('Hearing you')
})

test('captions grow with the speech and go some time after its end', () => {
  const growing = play([[0, 'utterance.streaming', { role: 'replica', speech: 'One two', final: false }]])
  expect(growing.caption?.text).toBe('One two')
  expect(afterTime(growing, 60_000).caption).not.toBeNull()
  const ended = play([[1000, 'utterance.streaming', { role: 'replica', speech: 'One two.', final: true }]], growing)
  expect(afterTime(ended, 2000).caption?.text).toBe('One two.')
  expect(afterTime(ended, 10_000).caption).toBeNull()
})

test('the transcript holds of the replica what was heard, not what was inferred', () => {
  const { transcript } = play([
    [0, 'utterance', { role: 'user', speech: 'Hello' }],
    [1, 'utterance', { role: 'replica', speech: 'One two three four' }],
    [2, 'utterance.streaming', { role: 'replica', speech: 'One two', final: false }],
    [3, 'utterance.streaming', { role: 'replica', speech: 'One two', final: true, is_interrupted: true }],
  ])
  expect(transcript.map(({ speaker, text, interrupted }) => [speaker, text, interrupted])).toEqual([
    ['user', 'Hello', false],
    ['replica', 'One two', true],
  ])
  expect(asText(transcript, 'Ada')).toBe('You: Hello\nAda: One two —')
})

test('the whole text that comes in the midst of speech takes no word away and adds none', () => {
  const { transcript } = play([
    [0, 'utterance.streaming', { role: 'replica', speech: 'One', final: false }],
    [1, 'utterance', { role: 'replica', speech: 'One two three' }],
  ])
  expect(transcript.map(({ text }) => text)).toEqual(['One'])
})

test('the doubled pal events count once', () => {
  const { transcript } = play([
    [0, 'utterance.streaming', { role: 'replica', speech: 'One', final: true }],
    [0, 'utterance.streaming', { role: 'pal', speech: 'One', final: true }],
  ])
  expect(transcript).toHaveLength(1)
})

test('a streamed user turn is settled by the whole utterance', () => {
  const { transcript } = play([
    [0, 'utterance.streaming', { role: 'user', speech: 'helo', final: false }],
    [1, 'utterance', { role: 'user', speech: 'Hello.' }],
    [2, 'utterance.streaming', { role: 'user', speech: 'late', final: true }],
  ])
  expect(transcript.map(({ text, finished }) => [text, finished])).toEqual([['Hello.', true]])
})
