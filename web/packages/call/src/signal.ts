import { isObject, parseObject, stringOf } from './json'
import { type Participant, parseParticipant } from './participants'
import type { Source } from './sources'

/** Label of the channel that carries the room's own messages (docs/signalling.md). */
export const SIGNAL_CHANNEL = 'visavis.signal'

/** What the server says on the signal channel. */
export type SignalMessage =
  | { type: 'welcome'; participantId: string; participants: Participant[] }
  | { type: 'participant-joined'; participant: Participant }
  | { type: 'participant-updated'; participant: Participant }
  | { type: 'participant-left'; participantId: string; reason: string }
  | { type: 'ping'; n: number }
  | { type: 'answer'; sdp: string }
  | { type: 'closed'; reason: string }
  | { type: 'error'; message: string }

/** Whom to show in which media section, by its mid. */
export type Wants = Record<string, { participant_id: string; source: Source }>

/** What a client says on it. */
export type SignalReply =
  | { type: 'pong'; n: number }
  | { type: 'leave' }
  | { type: 'sending'; sources: Source[] }
  | { type: 'wants'; wants: Wants }
  | { type: 'offer'; sdp: string; wants: Wants; sources: Record<string, Source> }

/** Understands one signal message; null for what is unknown or broken. */
export function parseSignal(text: unknown): SignalMessage | null {
  const message = parseObject(text)
  if (!message) return null
  switch (message['type']) {
    case 'welcome':
      return {
        type: 'welcome',
        participantId: stringOf(message, 'participant_id'),
        participants: parseParticipants(message['participants']),
      }
    case 'participant-joined':
    case 'participant-updated': {
      const participant = parseParticipant(message['participant'])
      return participant && { type: message['type'], participant }
    }
    case 'answer':
      return { type: 'answer', sdp: stringOf(message, 'sdp') }
    case 'participant-left':
      return {
        type: 'participant-left',
        participantId: stringOf(message, 'participant_id'),
        reason: stringOf(message, 'reason'),
      }
    case 'ping':
      return typeof message['n'] === 'number' ? { type: 'ping', n: message['n'] } : null
    case 'closed':
      return { type: 'closed', reason: stringOf(message, 'reason') }
    case 'error':
      return { type: 'error', message: stringOf(message, 'message') }
    default:
      return null
  }
}

function parseParticipants(value: unknown): Participant[] {
  if (!Array.isArray(value)) return []
  return value.filter(isObject).map(parseParticipant).filter((participant) => participant !== null)
}
