import { expect, test } from 'vitest'
import { browserInfo } from '../src/browser'
import { CpuReader } from '../src/cpu'
import { NetworkReader } from '../src/network'
import { speakerOf } from '../src/speaker'

const inbound = (timestamp: number, bytesReceived: number, packetsReceived: number, packetsLost: number): object => ({
  type: 'inbound-rtp',
  kind: 'audio',
  timestamp,
  bytesReceived,
  packetsReceived,
  packetsLost,
  jitter: 0.01,
})

test('bits and losses are of the last interval', () => {
  const reader = new NetworkReader()
  expect(reader.read([inbound(0, 0, 0, 0)], 1).stats.latest).toMatchObject({ audioRecvBitsPerSecond: null })
  const { latest } = reader.read([inbound(1000, 1000, 90, 10)], 2).stats
  expect(latest).toMatchObject({ audioRecvBitsPerSecond: 8000, recvBitsPerSecond: 8000, audioRecvPacketLoss: 0.1 })
})

test.each([
  [0, 'good', 'good', []],
  [10, 'warning', 'low', ['recvPacketLoss']],
  [40, 'bad', 'very-low', ['recvPacketLoss']],
])('a network that loses %i %% is %s', (lost, networkState, threshold, networkStateReasons) => {
  const reader = new NetworkReader()
  reader.read([inbound(0, 0, 0, 0)], 1)
  const stats = reader.read([inbound(1000, 1000, 100 - lost, lost)], 2)
  expect(stats).toMatchObject({ networkState, threshold, networkStateReasons })
})

const video = (framesDecoded: number, totalDecodeTime: number): object => ({
  id: 'v',
  type: 'inbound-rtp',
  kind: 'video',
  framesPerSecond: 25,
  framesDecoded,
  totalDecodeTime,
})

test('a processor that decodes for longer than a frame lasts is full', () => {
  const reader = new CpuReader()
  expect(reader.read([video(25, 0.1)], 1, null).cpuLoadState).toBe('low')
  expect(reader.read([video(50, 1.2)], 2, null)).toMatchObject({ cpuLoadState: 'high', cpuLoadStateReason: 'decode' })
})

test('the browser’s own word counts too', () => {
  expect(new CpuReader().read([], 1, 'critical')).toMatchObject({ cpuLoadStateReason: 'scheduleDuration' })
})

test('who begins to speak is the active speaker', () => {
  expect(speakerOf({ event_type: 'conversation.replica.started_speaking' }, 'vera', 'me')).toBe('vera')
  expect(speakerOf({ event_type: 'conversation.user.started_speaking' }, 'vera', 'me')).toBe('me')
  expect(speakerOf({ event_type: 'conversation.utterance' }, 'vera', 'me')).toBeNull()
  expect(speakerOf('anything', 'vera', 'me')).toBeNull()
})

test.each([
  ['Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.1 Safari/537.36', 'Chrome', '130.0.1'],
  ['Mozilla/5.0 (Macintosh) AppleWebKit/605.1 (KHTML, like Gecko) Version/18.1 Safari/605.1', 'Safari', '18.1'],
  ['Mozilla/5.0 (Windows NT 10.0) Gecko/20100101 Firefox/140.0', 'Firefox', '140.0'],
])('a browser is known by its user agent', (agent, name, version) => {
  expect(browserInfo(agent)).toMatchObject({ name, version, supported: false })
})
