import { expect, test } from 'vitest'
import { LocalMedia } from '../src/localMedia'
import type { MediaProblem } from '../src/mediaProblem'
import { mediaProblemOf } from '../src/mediaProblem'

class FakeTrack extends EventTarget {
  enabled = true
  stopped = false

  stop(): void {
    this.stopped = true
  }
}

function fakeTrack(): FakeTrack & MediaStreamTrack {
  return new FakeTrack() as FakeTrack & MediaStreamTrack
}

test('a chosen device takes the place of the one before, which is given back', async () => {
  const tracks = [fakeTrack(), fakeTrack()]
  const [first, second] = tracks
  const media = new LocalMedia(() => Promise.resolve(tracks.shift() ?? fakeTrack()))
  await media.choose('audio', true)
  await media.choose('audio', 'other')
  expect(media.track('audio')).toBe(second)
  expect(first?.stopped).toBe(true)
})

test('of two requests the last one wins, whichever opens first', async () => {
  const opening: ((track: MediaStreamTrack) => void)[] = []
  const media = new LocalMedia(() => new Promise((resolve) => opening.push(resolve)))
  const requests = [media.choose('video', 'a'), media.choose('video', 'b')]
  const [a, b] = [fakeTrack(), fakeTrack()]
  opening[1]?.(b)
  opening[0]?.(a)
  await Promise.all(requests)
  expect(media.track('video')).toBe(b)
  expect(a.stopped).toBe(true)
})

test('closing while a device still opens leaves it closed', async () => {
  let opened: (track: MediaStreamTrack) => void = () => undefined
  const media = new LocalMedia(() => new Promise((resolve) => (opened = resolve)))
  const request = media.choose('audio', true)
  media.release()
  const track = fakeTrack()
  opened(track)
  await request
  expect(media.track('audio')).toBeNull()
  expect(track.stopped).toBe(true)
})

test('a muted microphone stays muted when another is chosen', async () => {
  const media = new LocalMedia(() => Promise.resolve(fakeTrack()))
  await media.choose('audio', true)
  media.mute(true)
  await media.choose('audio', 'other')
  expect(media.muted).toBe(true)
})

test('an unplugged device is gone and said to be', async () => {
  const track = fakeTrack()
  const media = new LocalMedia(() => Promise.resolve(track))
  const problems: MediaProblem[] = []
  media.on('problem', (problem) => problems.push(problem))
  await media.choose('audio', true)
  track.dispatchEvent(new Event('ended'))
  expect(media.track('audio')).toBeNull()
  expect(problems).toMatchObject([{ kind: 'disconnected', device: 'audio' }])
})

test.each([
  ['NotAllowedError', 'denied'],
  ['NotFoundError', 'missing'],
  ['OverconstrainedError', 'missing'],
  ['NotReadableError', 'busy'],
  ['TypeError', 'unsupported'],
])('%s is said as %s', (name, kind) => {
  const error = Object.assign(new Error(), { name })
  expect(mediaProblemOf(error, 'audio')).toMatchObject({ kind })
})

test('a frame that may not ask is the fault of the page around it', () => {
  const error = Object.assign(new Error(), { name: 'NotAllowedError' })
  expect(mediaProblemOf(error, 'audio', false).message).toContain('iframe')
})
