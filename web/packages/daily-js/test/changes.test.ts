import { expect, test } from 'vitest'
import { changes } from '../src/changes'
import type { DailyParticipant, DailyTrackState } from '../src/types/participants'

const off: DailyTrackState = { subscribed: true, state: 'off' }
const track = (id: string): MediaStreamTrack => ({ id }) as MediaStreamTrack

function person(id: string, audio?: MediaStreamTrack, local = false): DailyParticipant {
  const playing: DailyTrackState = audio ? { subscribed: true, state: 'playable', track: audio } : off
  const tracks = { audio: playing, video: off, screenAudio: off, screenVideo: off }
  return { session_id: id, local, tracks } as DailyParticipant
}

const room = (...people: DailyParticipant[]): Map<string, DailyParticipant> =>
  new Map(people.map((one) => [one.session_id, one]))

test('one who comes joins before the track starts', () => {
  const vera = person('vera', track('a'))
  expect(changes(room(), room(vera))).toEqual([
    { action: 'participant-joined', participant: vera },
    { action: 'track-started', participant: vera, track: track('a'), type: 'audio' },
  ])
})

test('of one who goes the tracks stop first, and belong to nobody', () => {
  const vera = person('vera', track('a'))
  expect(changes(room(vera), room())).toEqual([
    { action: 'track-stopped', participant: null, track: track('a'), type: 'audio' },
    { action: 'participant-left', participant: vera },
  ])
})

test('a track that is replaced stops, then the new one starts', () => {
  const [before, after] = [person('vera', track('a')), person('vera', track('b'))]
  expect(changes(room(before), room(after)).map(({ action }) => action)).toEqual([
    'track-stopped',
    'participant-updated',
    'track-started',
  ])
})

test('one who did not change is not spoken of', () => {
  const vera = person('vera')
  expect(changes(room(vera), room(vera))).toEqual([])
})

test('oneself is updated, never joined', () => {
  const me = person('me', undefined, true)
  expect(changes(room(), room(me))).toEqual([{ action: 'participant-updated', participant: me }])
  expect(changes(room(me), room())).toEqual([])
})
