import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Call } from '../src/call'
import { LocalMedia } from '../src/localMedia'
import { fakeBrowser, FakeConnection } from './fakes'

const URL_ = 'https://v.example/c1'
const granted = (headers: Record<string, string> = {}): Response =>
  new Response('answer', { status: 201, headers: { Location: '/c1/whip/p1', ...headers } })

let request: ReturnType<typeof fakeBrowser>
let call: Call
let states: string[]

beforeEach(() => {
  vi.useFakeTimers()
  request = fakeBrowser()
  request.mockImplementation((_, init) => Promise.resolve(init?.method === 'POST' ? granted() : new Response()))
  call = new Call()
  states = []
  call.on('status', ({ state }) => states.push(state))
})

afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

async function join(): Promise<FakeConnection> {
  const joining = call.join({ url: URL_, userName: 'Ada L' })
  await vi.advanceTimersByTimeAsync(0)
  FakeConnection.last.welcome()
  await joining
  return FakeConnection.last
}

function requests(method: string): unknown[] {
  return request.mock.calls.filter(([, init]) => (init?.method ?? 'GET') === method).map(([url]) => url)
}

/** The server's pings, as long as the time given. */
async function ping(connection: FakeConnection, seconds: number): Promise<void> {
  for (let n = 0; n < seconds; n++) {
    await vi.advanceTimersByTimeAsync(1000)
    connection.channel('signal').receive({ type: 'ping', n })
  }
}

test('a join offers, takes the answer and is done with the welcome', async () => {
  const connection = await join()
  expect(states).toEqual(['joining', 'joined'])
  expect(requests('POST')).toEqual([`${URL_}/whip?user_name=Ada+L`])
  expect(call.participantId).toBe('me')
  expect([...connection.channels.keys()]).toEqual(['visavis.app', 'visavis.signal'])
  expect(connection.senders.map(({ kind }) => kind)).toEqual(['audio', 'video'])
})

test('pings are answered and keep the call', async () => {
  const connection = await join()
  await ping(connection, 30)
  expect(states).toEqual(['joining', 'joined'])
  expect(connection.channel('signal').sent).toHaveLength(30)
  expect(connection.channel('signal').sent.at(-1)).toEqual({ type: 'pong', n: 29 })
})

test('a microphone that opens late is sent without a new offer', async () => {
  const track = Object.assign(new EventTarget(), { enabled: true }) as MediaStreamTrack
  call = new Call(new LocalMedia(() => Promise.resolve(track)))
  const connection = await join()
  await call.setMicrophone(true)
  expect(connection.senders[0]?.track).toBe(track)
  expect(requests('POST')).toHaveLength(1)
})

test('a silent server is joined anew, and then the session it held is ended', async () => {
  const lost = await join()
  await vi.advanceTimersByTimeAsync(6000)
  expect(states.at(-1)).toBe('reconnecting')
  expect(lost.closed).toBe(true)
  // Not before: it would leave the room empty, and an empty room may close.
  expect(requests('DELETE')).toEqual([])
  FakeConnection.last.welcome()
  await vi.advanceTimersByTimeAsync(0)
  expect(states.at(-1)).toBe('joined')
  expect(requests('DELETE')).toEqual(['https://v.example/c1/whip/p1'])
  await ping(FakeConnection.last, 10)
  expect(states.at(-1)).toBe('joined')
})

test('a server that stays away ends the call with words', async () => {
  const connection = await join()
  request.mockRejectedValue(new TypeError('Failed to fetch'))
  connection.channel('signal').dispatchEvent(new Event('close'))
  await vi.advanceTimersByTimeAsync(70_000)
  expect(call.status).toMatchObject({ state: 'failed' })
  expect(call.status.reason).toContain('did not come back')
})

test('a conversation that ended meanwhile says why instead of trying on', async () => {
  const connection = await join()
  const ended = { status: 'ended', shutdown_reason: 'max_call_duration reached' }
  request.mockImplementation((_, init) =>
    Promise.resolve(init?.method === 'POST' ? new Response('', { status: 404 }) : Response.json(ended)),
  )
  connection.channel('signal').dispatchEvent(new Event('close'))
  await vi.advanceTimersByTimeAsync(1000)
  expect(call.status).toMatchObject({ state: 'left', reason: 'The time for this conversation is up.' })
})

test('leaving tells the server both ways', async () => {
  const connection = await join()
  call.leave()
  expect(states.at(-1)).toBe('left')
  expect(connection.channel('signal').sent).toEqual([{ type: 'leave' }])
  expect(requests('DELETE')).toHaveLength(1)
  expect(connection.closed).toBe(true)
})

test('a closing tab says goodbye', async () => {
  const connection = await join()
  window.dispatchEvent(new Event('pagehide'))
  expect(connection.channel('signal').sent).toEqual([{ type: 'leave' }])
  expect(requests('DELETE')).toHaveLength(1)
})

test('leaving while the server still thinks leaves no session behind', async () => {
  let grant: (response: Response) => void = () => undefined
  request.mockImplementationOnce(() => new Promise((resolve) => (grant = resolve)))
  const joining = call.join({ url: URL_ })
  await vi.advanceTimersByTimeAsync(0)
  call.leave()
  grant(granted())
  await joining
  expect(states).toEqual(['joining', 'left'])
  expect(requests('DELETE')).toHaveLength(1)
})

test('a shutdown of the conversation ends the call with its reason', async () => {
  const connection = await join()
  const shutdown = { event_type: 'system.shutdown', properties: { shutdown_reason: 'end_conversation_endpoint_hit' } }
  connection.channel('app').receive({ from: 'replica', data: shutdown })
  expect(call.status).toMatchObject({ state: 'left', reason: 'The host ended the conversation.' })
})

test('ICE servers that the answer names are used at once and kept', async () => {
  request.mockImplementation((_, init) =>
    Promise.resolve(init?.method === 'POST' ? granted({ Link: '<stun:s>; rel="ice-server"' }) : new Response()),
  )
  const connection = await join()
  expect(FakeConnection.all).toHaveLength(2)
  expect(connection.configuration.iceServers).toEqual([{ urls: 'stun:s' }])
})

test('a refused join fails with the words of the problem', async () => {
  request.mockResolvedValue(new Response('', { status: 409 }))
  await expect(call.join({ url: URL_ })).rejects.toMatchObject({ kind: 'full' })
  expect(call.status).toMatchObject({ state: 'failed', problem: { kind: 'full' } })
})

test('a connection that never stands fails with words and closes', async () => {
  const joining = call.join({ url: URL_ }).catch((error: unknown) => error)
  await vi.advanceTimersByTimeAsync(20_000)
  expect(await joining).toMatchObject({ kind: 'connection' })
  expect(FakeConnection.last.closed).toBe(true)
})

test('interactions carry the id of the conversation, to everybody', async () => {
  const connection = await join()
  call.respond('Hello', true)
  call.interrupt()
  expect(connection.channel('app').sent).toEqual([
    {
      to: '*',
      data: {
        message_type: 'conversation',
        event_type: 'conversation.respond',
        conversation_id: 'c1',
        properties: { text: 'Hello', interrupt: true },
      },
    },
    { to: '*', data: { message_type: 'conversation', event_type: 'conversation.interrupt', conversation_id: 'c1' } },
  ])
})

test('nothing can be sent before the join', () => {
  expect(() => call.respond('Hello')).toThrow('no connection')
})

test('participants come and go', async () => {
  const connection = await join()
  connection.channel('signal').receive({ type: 'participant-joined', participant: { id: 'bo', user_name: 'Bo' } })
  expect(call.participants.map(({ id }) => id)).toEqual(['me', 'bo'])
  connection.channel('signal').receive({ type: 'participant-left', participant_id: 'bo', reason: 'left' })
  expect(call.participants.map(({ id }) => id)).toEqual(['me'])
})

const told = (seq: number): object => ({ from: 'r', data: { message_type: 'conversation', event_type: 'x', seq } })

test('what happened while the connection was gone comes first, and each event once', async () => {
  const seqs: unknown[] = []
  call.on('event', ({ seq }) => seqs.push(seq))
  const lost = await join()
  lost.channel('app').receive(told(1))
  lost.channel('app').receive(told(1))
  request.mockImplementation((url, init) => {
    if (url === `${URL_}/events?after=1&limit=500`) {
      const data = [2, 3].map((seq) => ({ event_type: 'x', seq }))
      return Promise.resolve(new Response(JSON.stringify({ data, last_seq: 3 })))
    }
    return Promise.resolve(init?.method === 'POST' ? granted() : new Response())
  })
  await vi.advanceTimersByTimeAsync(6000)
  FakeConnection.last.welcome()
  FakeConnection.last.channel('app').receive(told(3))
  FakeConnection.last.channel('app').receive(told(4))
  await vi.advanceTimersByTimeAsync(0)
  expect(seqs).toEqual([1, 2, 3, 4])
})

test('an event log that does not answer costs no call', async () => {
  const complaints: string[] = []
  call.on('complaint', (complaint) => complaints.push(complaint))
  const lost = await join()
  lost.channel('app').receive(told(1))
  request.mockImplementation((_, init) =>
    Promise.resolve(init?.method === 'POST' ? granted() : new Response('', { status: 500 })),
  )
  await vi.advanceTimersByTimeAsync(6000)
  FakeConnection.last.welcome()
  await vi.advanceTimersByTimeAsync(0)
  expect(states.at(-1)).toBe('joined')
  expect(complaints).toHaveLength(1)
})

/** The Authorization of each request, with its method. */
function shown(): unknown[] {
  return request.mock.calls.map(([, init]) => [
    init?.method ?? 'GET',
    (init?.headers as Record<string, string> | undefined)?.['Authorization'],
  ])
}

test('a private room is joined with the token of the link, and again with the secret of the session', async () => {
  const joining = call.join({ url: `${URL_}?t=a.b.c` })
  await vi.advanceTimersByTimeAsync(0)
  FakeConnection.last.welcome()
  await joining
  FakeConnection.last.channel('app').receive(told(1))
  expect(request.mock.calls[0]?.[0]).toBe(`${URL_}/whip`)
  await vi.advanceTimersByTimeAsync(6000)
  FakeConnection.last.welcome()
  await vi.advanceTimersByTimeAsync(0)
  expect(shown()).toEqual([
    ['POST', 'Bearer a.b.c'],
    ['POST', 'Bearer p1'],
    ['DELETE', undefined],
    ['GET', 'Bearer p1'],
  ])
})

test('an open room is shown no secret', async () => {
  await join()
  await vi.advanceTimersByTimeAsync(6000)
  expect(shown()).toEqual([
    ['POST', undefined],
    ['POST', undefined],
  ])
})

test('who leaves while joining anew gives the lost session back', async () => {
  await join()
  request.mockRejectedValue(new TypeError('Failed to fetch'))
  await vi.advanceTimersByTimeAsync(6000)
  call.leave()
  expect(states.at(-1)).toBe('left')
  expect(requests('DELETE')).toEqual(['https://v.example/c1/whip/p1'])
})
