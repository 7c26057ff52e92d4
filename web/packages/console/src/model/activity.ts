import { type ConversationEvent, isObject, stringOf } from '@visavis/call'

export type Activity = 'waiting' | 'listening' | 'hearing' | 'thinking' | 'speaking' | 'interrupted'

/** What the replica does, and when that is to be doubted. Times are milliseconds. */
export interface Doing {
  readonly activity: Activity
  /** Back to listening then, if nothing else has happened. */
  readonly until: number | null
  /** Words were said that await an answer, at most until then. */
  readonly owed: number | null
}

export const WAITING: Doing = { activity: 'waiting', until: null, owed: null }

const LISTENING: Doing = { activity: 'listening', until: null, owed: null }

/** How long `interrupted` is shown. */
const INTERRUPTED_SHOWN = 1600
/** How long thinking is believed: after a sound that may be no speech, and after words. */
const AFTER_SOUND = 4000
const AFTER_WORDS = 30_000

/** Follows an event. */
export function onEvent(doing: Doing, event: ConversationEvent, at: number): Doing {
  switch (event.event_type) {
    case 'system.replica_joined':
    case 'system.replica_present':
      return doing.activity === 'waiting' ? LISTENING : doing
    case 'conversation.user.started_speaking':
      return doing.activity === 'speaking' ? doing : { ...doing, activity: 'hearing', until: null }
    case 'conversation.user.stopped_speaking':
      return doing.activity === 'hearing' ? { ...doing, activity: 'thinking', until: afterSound(doing, at) } : doing
    case 'conversation.utterance':
      return event.properties?.['role'] === 'user' ? think(doing, at) : doing
    case 'conversation.replica.started_speaking':
      return { activity: 'speaking', until: null, owed: null }
    case 'conversation.replica.stopped_speaking':
      return event.properties?.['interrupted'] === true
        ? { activity: 'interrupted', until: at + INTERRUPTED_SHOWN, owed: null }
        : LISTENING
    case 'visavis.layer_failed':
      return doing.activity === 'thinking' ? LISTENING : doing
    default:
      return doing
  }
}

/** Follows an interaction of our own: a typed turn makes the replica think before any event says so. */
export function onSent(doing: Doing, message: unknown, at: number): Doing {
  if (!isObject(message)) return doing
  const name = stringOf(message, 'event_type')
  return name === 'conversation.respond' || name === 'conversation.echo' ? think(doing, at) : doing
}

/** Follows the clock. */
export function onTime(doing: Doing, at: number): Doing {
  return doing.until !== null && at >= doing.until ? LISTENING : doing
}

function think(doing: Doing, at: number): Doing {
  if (doing.activity === 'speaking') return doing
  const owed = at + AFTER_WORDS
  return doing.activity === 'hearing' ? { ...doing, owed } : { activity: 'thinking', until: owed, owed }
}

/** A cough while an answer is owed does not make it less so. */
function afterSound(doing: Doing, at: number): number {
  return Math.max(at + AFTER_SOUND, doing.owed ?? 0)
}
