import { expect, test } from 'vitest'
import { tell, toolCallOf } from '../src/events'

const CALL = {
  message_type: 'conversation',
  event_type: 'conversation.tool_call',
  seq: 7,
  turn_idx: 2,
  properties: { name: 'order', arguments: '{"number":2}', tool_call_id: 't1' },
}

test('a tool call is told with its arguments as JSON text', () => {
  const told = { name: 'order', arguments: '{"number":2}', tool_call_id: 't1', seq: 7, turn_idx: 2 }
  expect(toolCallOf(CALL)).toEqual(told)
  expect(toolCallOf({ ...CALL, properties: { ...CALL.properties, arguments: { number: 2 } } })).toEqual(told)
})

test('what a tool call lacks is left out', () => {
  const bare = { message_type: '', event_type: 'conversation.tool_call' }
  expect(toolCallOf(bare)).toEqual({ name: '', arguments: '{}' })
  expect(toolCallOf({ ...bare, event_type: 'conversation.utterance' })).toBeNull()
})

test('every event comes in both names, bubbles and leaves the shadow tree', () => {
  const element = new EventTarget()
  const heard: Event[] = []
  for (const name of ['tavus:error', 'visavis:error']) element.addEventListener(name, (event) => heard.push(event))
  tell(element, 'error', { code: 'full', message: 'No room.' })
  expect(heard.map(({ type }) => type)).toEqual(['tavus:error', 'visavis:error'])
  expect(heard.every(({ bubbles, composed }) => bubbles && composed)).toBe(true)
  expect(heard[0]).toMatchObject({ detail: { code: 'full', message: 'No room.' } })
})
