import { expect, test } from 'vitest'
import { fragmentOf, withFragment } from '../src/iceFragment'

const lines = (...all: string[]): string => all.map((line) => `${line}\r\n`).join('')

const SDP = lines(
  'v=0',
  'm=application 9 UDP/DTLS/SCTP webrtc-datachannel',
  'a=mid:0',
  'a=ice-ufrag:old1',
  'a=ice-pwd:oldpassword',
  'a=candidate:1 1 udp 1 10.0.0.1 1000 typ host',
  'a=end-of-candidates',
  'm=audio 9 UDP/TLS/RTP/SAVPF 111',
  'a=mid:1',
  'a=ice-ufrag:old1',
  'a=ice-pwd:oldpassword',
)

test('a fragment holds what the first section says of ICE', () => {
  expect(fragmentOf(SDP)).toBe(
    lines(
      'm=application 9 UDP/DTLS/SCTP webrtc-datachannel',
      'a=mid:0',
      'a=ice-ufrag:old1',
      'a=ice-pwd:oldpassword',
      'a=candidate:1 1 udp 1 10.0.0.1 1000 typ host',
      'a=end-of-candidates',
    ),
  )
})

test('an answered restart renews credentials everywhere and candidates in the first section', () => {
  const answer = lines('a=ice-ufrag:new1', 'a=ice-pwd:newpassword', 'a=candidate:7 1 udp 1 10.0.0.2 2000 typ host')
  const renewed = withFragment(SDP, answer)
  expect(renewed).not.toContain('old')
  expect(renewed?.match(/a=ice-ufrag:new1/g)).toHaveLength(2)
  expect(renewed?.indexOf('10.0.0.2')).toBeLessThan(renewed?.indexOf('m=audio') ?? 0)
  expect(renewed).not.toContain('10.0.0.1')
})

test('what has no credentials is no answer to a restart', () => {
  expect(withFragment(SDP, 'a=candidate:7 1 udp 1 10.0.0.2 2000 typ host')).toBeNull()
})
