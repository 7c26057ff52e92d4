import { type Caption, captionAt, captionOf, type ConversationEvent, stringOf } from '@visavis/call'
import { type Doing, onEvent, onSent, onTime, WAITING } from './activity'
import { NO_TIMINGS, timeEvent, timeSent, type Timings } from './timing'
import { hear, type Transcript } from './transcript'

/** Everything the page knows about the conversation, from what passed on the app channel. */
export interface Conversation {
  readonly doing: Doing
  readonly caption: Caption | null
  readonly transcript: Transcript
  readonly timings: Timings
  /** The last trouble of a layer, in words. */
  readonly trouble: string
}

export const NEW_CONVERSATION: Conversation = {
  doing: WAITING,
  caption: null,
  transcript: [],
  timings: NO_TIMINGS,
  trouble: '',
}

/** Follows an event; `at` is milliseconds since the epoch. */
export function afterEvent(conversation: Conversation, event: ConversationEvent, at: number): Conversation {
  const spoken = event.event_type.startsWith('conversation.utterance')
  return {
    doing: onEvent(conversation.doing, event, at),
    caption: captionOf(conversation.caption, event, at),
    transcript: spoken ? hear(conversation.transcript, event, at) : conversation.transcript,
    timings: timeEvent(conversation.timings, event, at),
    trouble: troubleOf(event) ?? conversation.trouble,
  }
}

/** Follows a message of our own. */
export function afterSent(conversation: Conversation, message: unknown, at: number): Conversation {
  return {
    ...conversation,
    doing: onSent(conversation.doing, message, at),
    timings: timeSent(conversation.timings, message, at),
  }
}

/** Follows the clock; the same object when nothing was due. */
export function afterTime(conversation: Conversation, at: number): Conversation {
  const doing = onTime(conversation.doing, at)
  const caption = captionAt(conversation.caption, at)
  if (doing === conversation.doing && caption === conversation.caption) return conversation
  return { ...conversation, doing, caption }
}

const LAYERS: Partial<Record<string, string>> = {
  llm: 'The language model did not answer',
  tts: 'The voice failed',
  stt: 'Speech could not be understood',
  replica: 'The picture failed',
}

function troubleOf(event: ConversationEvent): string | null {
  if (event.event_type !== 'visavis.layer_failed') return null
  const properties = event.properties ?? {}
  const what = LAYERS[stringOf(properties, 'layer')] ?? 'A part of the conversation failed'
  const why = stringOf(properties, 'reason')
  return why ? `${what}: ${why}` : `${what}.`
}
