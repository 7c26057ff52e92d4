import { expect, test } from 'vitest'
import { ended, preview, trouble } from '../src/words'

test('who leaves may come back; what others ended can be started anew only', () => {
  expect(ended('', true)).toEqual({ title: 'You left the conversation', words: '', action: 'Join again' })
  expect(ended('The host ended the conversation.', false)).toEqual({
    title: 'The conversation has ended',
    words: 'The host ended the conversation.',
  })
  expect(ended('The time is up.', true).action).toBe('Start again')
})

test('the replica is named where its name is known', () => {
  expect(preview('Vera').title).toBe('Talk with Vera')
  expect(preview('').title).toBe('Talk face to face')
})

test('trouble that another attempt can mend offers one', () => {
  expect(trouble('No room.', true).action).toBe('Try again')
  expect(trouble('No room.', false)).not.toHaveProperty('action')
})
