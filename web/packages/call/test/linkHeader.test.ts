import { expect, test } from 'vitest'
import { parseIceServers } from '../src/linkHeader'

test('no header names no server', () => {
  expect(parseIceServers(null)).toEqual([])
})

test('STUN and TURN servers are read with their credentials', () => {
  const header =
    '<stun:stun.example.net>; rel="ice-server", ' +
    '<turn:turn.example.net?transport=udp>; rel="ice-server"; username="a, b"; credential="p\\"q;r"; credential-type="password"'
  expect(parseIceServers(header)).toEqual([
    { urls: 'stun:stun.example.net' },
    { urls: 'turn:turn.example.net?transport=udp', username: 'a, b', credential: 'p"q;r' },
  ])
})

test('a comma inside the address does not split it', () => {
  expect(parseIceServers('<turn:[::1]:3478?a=1,2>; rel=ice-server')).toEqual([{ urls: 'turn:[::1]:3478?a=1,2' }])
})

test.each([
  ['another relation', '<https://example.net>; rel="next"'],
  ['an address that is no ICE server', '<https://example.net>; rel="ice-server"'],
  ['no address', 'rel="ice-server"'],
  ['an unclosed quote', '<stun:a>; rel="ice-server'],
])('%s is passed over', (_, header) => {
  expect(parseIceServers(header)).toEqual([])
})
