import { bearer } from './bearer'
import { parseIceServers } from './linkHeader'
import { CallProblem, problemOfStatus } from './problem'

/** Longest wait for the answer to an ICE restart, milliseconds. */
const RESTART_LIMIT = 5000

/** A session the server granted (RFC 9725). */
export interface WhipSession {
  readonly answer: string
  /** Where to end it with DELETE. */
  readonly location: string
  readonly iceServers: RTCIceServer[]
}

/** Offers to join. Throws a CallProblem when refused or unreachable. */
export async function postOffer(
  endpoint: string,
  offer: string,
  signal: AbortSignal,
  request: typeof fetch = fetch,
  token = '',
): Promise<WhipSession> {
  const headers = { 'Content-Type': 'application/sdp', ...bearer(token) }
  const init = { method: 'POST', body: offer, headers, signal }
  const response = await reach(request(endpoint, init))
  if (response.status !== 201) throw problemOfStatus(response.status)
  const location = response.headers.get('Location')
  if (!location) throw new CallProblem('server', 'The server answered without a session. Reload the page and try again.')
  return {
    answer: await response.text(),
    location: new URL(location, endpoint).href,
    iceServers: parseIceServers(response.headers.get('Link')),
  }
}

/** What opens the room to this session's participant again, also when the meeting token has expired meanwhile. */
export function secretOf({ location }: WhipSession): string {
  return new URL(location).pathname.split('/').at(-1) ?? ''
}

/** Restarts ICE: sends our fragment, gives the server's; null when it cannot, or is not reached in time. */
export async function patchSession(
  location: string,
  fragment: string,
  request: typeof fetch = fetch,
): Promise<string | null> {
  const headers = { 'Content-Type': 'application/trickle-ice-sdpfrag' }
  const init = { method: 'PATCH', body: fragment, headers, signal: AbortSignal.timeout(RESTART_LIMIT) }
  const response = await request(location, init).catch(() => null)
  return response?.status === 200 ? response.text() : null
}

/** Ends a session; works while the page is being unloaded. A session that is gone already is no error. */
export async function deleteSession(location: string, request: typeof fetch = fetch): Promise<void> {
  await request(location, { method: 'DELETE', keepalive: true }).catch(() => undefined)
}

async function reach(response: Promise<Response>): Promise<Response> {
  try {
    return await response
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw new CallProblem('unreachable', 'The server cannot be reached. Check your network, then try again.')
  }
}
