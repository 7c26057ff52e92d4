import { expect, test, vi } from 'vitest'
import { make } from '../src/start'

const START = { kind: 'start', url: 'https://shop.example/start', body: { custom_greeting: 'Hello.' } } as const

function answering(status: number, body: string): typeof fetch {
  return vi.fn(() => Promise.resolve(new Response(body, { status })))
}

test('the endpoint is asked by POST, in JSON, and its answer names the conversation', async () => {
  const request = answering(200, '{"conversation_url": "https://calls.example/c1", "meeting_token": "secret"}')
  expect(await make(START, request)).toEqual({ url: 'https://calls.example/c1', token: 'secret' })
  const [url, options] = vi.mocked(request).mock.calls[0] ?? []
  expect(url).toBe(START.url)
  expect(options).toMatchObject({ method: 'POST', body: '{"custom_greeting":"Hello."}' })
})

test('a link keeps its token and loses its query', async () => {
  const request = answering(200, '{"conversation_url": "https://calls.example/c1/?t=secret&join=1"}')
  expect(await make(START, request)).toEqual({ url: 'https://calls.example/c1', token: 'secret' })
})

test.each([
  [500, '{}', /\(500\)/],
  [200, 'not JSON', /no conversation_url/],
  [200, '{"conversation_url": 1}', /no conversation_url/],
  [200, '{"conversation_url": "javascript:alert(1)"}', /no address/],
])('an answer of %i %s is said', async (status, body, words) => {
  await expect(make(START, answering(status, body))).rejects.toThrow(words)
})

test('a server that does not answer is said', async () => {
  await expect(make(START, () => Promise.reject(new TypeError('gone')))).rejects.toMatchObject({ code: 'start-failed' })
})
