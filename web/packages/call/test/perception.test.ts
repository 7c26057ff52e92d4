import { expect, test } from 'vitest'
import type { Perception } from '../src/perception'
import { noticeWords, signWords } from '../src/perceptionWords'
import { fetchStatus } from '../src/status'

const ALL: Perception = { vision: true, voice: true, emotionRecognition: 'full', elsewhere: false, frames: false }
const LIMITED: Perception = { ...ALL, voice: false, emotionRecognition: 'limited' }
const OFF: Perception = { ...LIMITED, emotionRecognition: 'off' }

async function told(status: object): Promise<Perception | null> {
  const request = (): Promise<Response> => Promise.resolve(new Response(JSON.stringify(status)))
  return (await fetchStatus('https://calls.example.net/c1', request)).perception
}

test('a status says what is looked at, or that nothing is', async () => {
  const perception = { vision: true, voice: false, emotion_recognition: 'limited', elsewhere: true, frames: true }
  expect(await told({ perception })).toEqual({ ...LIMITED, elsewhere: true, frames: true })
  expect(await told({ perception: null })).toBeNull()
  expect(await told({})).toBeNull()
})

test.each([
  [ALL, true, true, 'Vera sees you and hears how you sound', 'Vera will see you and hear how you sound'],
  [ALL, true, false, 'Vera sees you', 'Vera will see you'],
  [ALL, false, true, 'Vera does not see you, but hears how you sound', 'Vera will not see you, but will hear how you sound'],
  [ALL, false, false, 'Vera does not see you', 'Vera will not see you'],
  [LIMITED, true, true, 'Vera sees you', 'Vera will see you'],
  [{ ...ALL, vision: false }, true, true, 'Vera hears how you sound', 'Vera will hear how you sound'],
  [{ ...ALL, vision: false }, true, false, 'Vera does not hear how you sound', 'Vera will not hear how you sound'],
])('the sign is true of what is on', (perception, camera, microphone, now, before) => {
  expect(signWords(perception, 'Vera', { camera, microphone })).toBe(now)
  expect(signWords(perception, 'Vera', { camera, microphone }, false)).toBe(before)
})

test('a shared screen is seen by a vision model only', () => {
  const open = { camera: true, microphone: true, screen: true }
  expect(signWords(ALL, 'Vera', open)).toBe('Vera sees you and hears how you sound')
  const model = { ...ALL, elsewhere: true }
  expect(signWords(model, 'Vera', open)).toBe('Vera sees you and your screen, and hears how you sound')
  expect(signWords(model, 'Vera', { ...open, camera: false, microphone: false })).toBe('Vera sees your screen')
})

test('the notice says what happens here and nothing else', () => {
  const all = noticeWords(ALL, 'Vera').join(' ')
  expect(all).toContain('what the face does')
  expect(all).toContain('none is stored')
  expect(all).toContain('Emotion recognition is on')
  expect(all).not.toContain('another service')
  expect(all).not.toContain('tool')
  expect(noticeWords({ ...ALL, elsewhere: true }, 'Vera').join(' ')).toContain('sent to another service')
  expect(noticeWords({ ...ALL, frames: true }, 'Vera').join(' ')).toContain('shown the picture')
})

test('less emotion recognition is told as less', () => {
  const limited = noticeWords(LIMITED, 'Vera').join(' ')
  expect(limited).toContain('Emotion recognition is limited')
  expect(limited).toContain('how you sound is not analysed')
  const off = noticeWords(OFF, 'Vera').join(' ')
  expect(off).toContain('Emotion recognition is off')
  expect(off).not.toContain('what the face does')
})
