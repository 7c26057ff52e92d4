import type { ConversationStatus, Perception } from '@visavis/call'
import { createElement } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { expect, test } from 'vitest'
import { PerceptionSign } from '../src/parts/PerceptionSign'

const PERCEPTION: Perception = { vision: true, voice: true, emotionRecognition: 'full', elsewhere: false, frames: false }
const INFO: ConversationStatus = {
  status: 'active',
  replicaName: 'Vera',
  personaName: 'Vera',
  audioOnly: false,
  captions: null,
  perception: PERCEPTION,
  disclosure: '',
  shutdownReason: '',
  iceServers: [],
}
const TRACK = {} as MediaStreamTrack

function shown(view: { info?: ConversationStatus | null; camera?: null; muted?: boolean; sharing?: boolean }, joined = true): string {
  const whole = { info: INFO, camera: TRACK, microphone: TRACK, muted: false, sharing: false, ...view }
  return renderToStaticMarkup(createElement(PerceptionSign, { view: whole, joined }))
}

test('where nothing is looked at there is no sign', () => {
  expect(shown({ info: null })).toBe('')
  expect(shown({ info: { ...INFO, perception: null } })).toBe('')
})

test('the sign follows the camera and the microphone', () => {
  expect(shown({})).toContain('Vera sees you and hears how you sound')
  expect(shown({ camera: null })).toContain('Vera does not see you, but hears')
  expect(shown({ muted: true })).toContain('>Vera sees you<')
  expect(shown({}, false)).toContain('Vera will see you')
})

test('it is a button that says whether its notice is open, and a replica without a name has one', () => {
  expect(shown({})).toMatch(/<button type="button"[^>]*aria-expanded="false"/)
  expect(shown({ info: { ...INFO, replicaName: '' } })).toContain('The replica sees you')
})
