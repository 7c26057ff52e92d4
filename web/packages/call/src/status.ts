import { bearer } from './bearer'
import { isObject, stringOf } from './json'
import { parseIceServers } from './linkHeader'
import { type Perception, perceptionOf } from './perception'
import { CallProblem, problemOfStatus } from './problem'

/** What anybody who holds the link may know about a conversation before joining. */
export interface ConversationStatus {
  readonly status: string
  readonly replicaName: string
  readonly personaName: string
  readonly audioOnly: boolean
  /** Whether captions are to be shown at first; null if nobody said. */
  readonly captions: boolean | null
  /** Null: nobody is looked at, and nobody's tone is listened to. */
  readonly perception: Perception | null
  /** What people have to be told of whom they talk with; otherwise empty. */
  readonly disclosure: string
  readonly shutdownReason: string
  readonly iceServers: RTCIceServer[]
}

/** Asks for a conversation's status. `url` is the conversation's; a private one asks for a token. Throws a CallProblem. */
export async function fetchStatus(
  url: string,
  request: typeof fetch = fetch,
  token = '',
): Promise<ConversationStatus> {
  const response = await request(`${url}/status`, { headers: bearer(token) }).catch(() => {
    throw new CallProblem('unreachable', 'The server cannot be reached. Check your network, then try again.')
  })
  if (!response.ok) throw problemOfStatus(response.status)
  const body: unknown = await response.json().catch(() => null)
  if (!isObject(body)) {
    throw new CallProblem('server', 'The server answered something this page does not understand. Reload it.')
  }
  return {
    status: stringOf(body, 'status'),
    replicaName: stringOf(body, 'replica_name'),
    personaName: stringOf(body, 'persona_name'),
    audioOnly: body['audio_only'] === true,
    captions: typeof body['captions'] === 'boolean' ? body['captions'] : null,
    perception: perceptionOf(body),
    disclosure: stringOf(body, 'disclosure'),
    shutdownReason: stringOf(body, 'shutdown_reason'),
    iceServers: parseIceServers(response.headers.get('Link')),
  }
}
