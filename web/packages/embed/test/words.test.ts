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

test('before the call people are told what is looked at, and with whom they talk', () => {
  const perception = { vision: true, voice: true, emotionRecognition: 'full', elsewhere: false, frames: false } as const
  const open = { camera: true, microphone: true }
  const words = preview('Vera', { disclosure: 'Vera is an AI.', perception, open }).words
  expect(words).toMatch(/^Vera is an AI\. .*Vera will see you and hear how you sound\.$/)
  const without = preview('Vera', { disclosure: '', perception: null, open }).words
  expect(without).toBe('Speak as you would to a person; you can cut in at any time.')
})

test('trouble that another attempt can mend offers one', () => {
  expect(trouble('No room.', true).action).toBe('Try again')
  expect(trouble('No room.', false)).not.toHaveProperty('action')
})
