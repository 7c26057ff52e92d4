import { expect, test, vi } from 'vitest'
import { CallProblem } from '../src/problem'
import { fetchStatus } from '../src/status'
import { deleteSession, postOffer } from '../src/whip'

const ENDPOINT = 'https://calls.example.net/base/c1/whip?user_name=Ada'
const alive = new AbortController().signal

function answering(status: number, headers: Record<string, string> = {}, body = 'v=0'): typeof fetch {
  return vi.fn(() => Promise.resolve(new Response(body, { status, headers })))
}

test('a granted session has the answer, an absolute location and the ICE servers', async () => {
  const request = answering(201, { Location: '/c1/whip/p1', Link: '<stun:s.example.net>; rel="ice-server"' })
  const session = await postOffer(ENDPOINT, 'offer', alive, request)
  expect(session).toEqual({
    answer: 'v=0',
    location: 'https://calls.example.net/c1/whip/p1',
    iceServers: [{ urls: 'stun:s.example.net' }],
  })
  expect(request).toHaveBeenCalledWith(ENDPOINT, expect.objectContaining({ method: 'POST', body: 'offer' }))
})

test.each([
  [404, 'not-found', false],
  [410, 'not-found', false],
  [409, 'full', false],
  [503, 'full', false],
  [401, 'expired', false],
  [403, 'refused', false],
  [400, 'refused', false],
  [500, 'server', true],
])('status %i means %s', async (status, kind, passing) => {
  const problem = await postOffer(ENDPOINT, 'offer', alive, answering(status)).catch((error: unknown) => error)
  expect(problem).toBeInstanceOf(CallProblem)
  expect(problem).toMatchObject({ kind, passing })
})

test('an answer without a location is refused, for nobody could leave', async () => {
  await expect(postOffer(ENDPOINT, 'offer', alive, answering(201))).rejects.toMatchObject({ kind: 'server' })
})

test('a network that fails says so and may be tried again', async () => {
  const request = (): Promise<Response> => Promise.reject(new TypeError('Failed to fetch'))
  await expect(postOffer(ENDPOINT, 'offer', alive, request)).rejects.toMatchObject({ kind: 'unreachable', passing: true })
})

test('a join that was called off stays an abort', async () => {
  const request = (): Promise<Response> => Promise.reject(new DOMException('', 'AbortError'))
  await expect(postOffer(ENDPOINT, 'offer', alive, request)).rejects.toMatchObject({ name: 'AbortError' })
})

test('ending a session outlives the page and minds no failure', async () => {
  const request = vi.fn(() => Promise.reject(new TypeError('gone')))
  await deleteSession('https://calls.example.net/c1/whip/p1', request)
  expect(request).toHaveBeenCalledWith(expect.any(String), { method: 'DELETE', keepalive: true })
})

test('a status is read, missing fields and all', async () => {
  const body = JSON.stringify({ status: 'ended', replica_name: 'Ada', shutdown_reason: null })
  const status = await fetchStatus('https://calls.example.net/c1', answering(200, {}, body))
  expect(status).toEqual({
    status: 'ended',
    replicaName: 'Ada',
    personaName: '',
    audioOnly: false,
    captions: null,
    perception: null,
    disclosure: '',
    shutdownReason: '',
    iceServers: [],
  })
})

test('the status of a private conversation is asked for with its token, of others without', async () => {
  const request = answering(200, {}, '{}')
  await fetchStatus('https://calls.example.net/c1', request, 'a.b.c')
  expect(request).toHaveBeenLastCalledWith(expect.any(String), { headers: { Authorization: 'Bearer a.b.c' } })
  await fetchStatus('https://calls.example.net/c1', request)
  expect(request).toHaveBeenLastCalledWith(expect.any(String), { headers: {} })
})

test('a status says whether captions are to be shown', async () => {
  const status = await fetchStatus('https://calls.example.net/c1', answering(200, {}, '{"captions": false}'))
  expect(status.captions).toBe(false)
})

test('a status that is no JSON is the fault of the server', async () => {
  await expect(fetchStatus('https://calls.example.net/c1', answering(200))).rejects.toMatchObject({ kind: 'server' })
})
