import { expect, test } from 'vitest'
import { CHECK_INTERVAL, Keepalive, SILENCE_LIMIT } from '../src/keepalive'
import { RETRY_WINDOW, retryDelay } from '../src/retry'

function lostAfter(keepalive: Keepalive, from: number, to: number): number | null {
  for (let now = from; now <= to; now += CHECK_INTERVAL) if (keepalive.isLost(now)) return now
  return null
}

test('a server that pings every second is never lost', () => {
  const keepalive = new Keepalive(0)
  for (let now = 1; now < 600; now++) {
    keepalive.heard(now)
    expect(keepalive.isLost(now + 0.5)).toBe(false)
  }
})

test('a silent server is lost after the limit, not before', () => {
  expect(lostAfter(new Keepalive(100), 101, 120)).toBe(100 + SILENCE_LIMIT)
})

test('a page that slept reads its waiting pings before it judges', () => {
  const keepalive = new Keepalive(0)
  expect(keepalive.isLost(1)).toBe(false)
  expect(keepalive.isLost(60)).toBe(false)
  keepalive.heard(60.1)
  expect(lostAfter(keepalive, 61, 64)).toBeNull()
})

test('a page that slept through the end of the server finds out soon', () => {
  const keepalive = new Keepalive(0)
  expect(lostAfter(keepalive, 60, 70)).toBe(62)
})

test('attempts to join again come ever slower and stop with the window', () => {
  const delays = [1, 2, 3, 4, 5, 6].map((attempt) => retryDelay(attempt, 1))
  expect(delays).toEqual([0.5, 1, 2, 4, 4, 4])
  expect(retryDelay(1, RETRY_WINDOW)).toBeNull()
})
