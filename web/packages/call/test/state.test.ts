import { expect, test } from 'vitest'
import { type CallState, canGo, isOver } from '../src/state'

const STATES: CallState[] = ['idle', 'joining', 'joined', 'reconnecting', 'left', 'failed']

test('a call that is over can only be joined anew', () => {
  for (const from of STATES.filter(isOver)) {
    expect(STATES.filter((to) => canGo(from, to))).toEqual(['joining'])
  }
})

test('only a call that was joined reconnects', () => {
  expect(STATES.filter((from) => canGo(from, 'reconnecting'))).toEqual(['joined'])
})

test('a call can be left from every state in which something is going on', () => {
  expect(STATES.filter((from) => canGo(from, 'left'))).toEqual(['joining', 'joined', 'reconnecting'])
})
