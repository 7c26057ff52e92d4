import type { ConversationEvent } from './events'
import { stringOf } from './json'
import { type Speaker, speakerOf } from './speaker'

/** The words over the picture. */
export interface Caption {
  readonly speaker: Speaker
  readonly text: string
  /** Milliseconds since the epoch when it goes; null while it grows. */
  readonly until: number | null
}

const SHOWN_AFTER_END = 5000

/** Follows an event: the growing text of whoever speaks, and a typed turn as a whole. */
export function captionOf(caption: Caption | null, event: ConversationEvent, at: number): Caption | null {
  const speaker = speakerOf(event)
  const text = stringOf(event.properties ?? {}, 'speech')
  if (!speaker || !text) return caption
  if (event.event_type === 'conversation.utterance.streaming') {
    const final = event.properties?.['final'] === true
    return { speaker, text, until: final ? at + SHOWN_AFTER_END : null }
  }
  if (event.event_type === 'conversation.utterance' && speaker === 'user') {
    return { speaker, text, until: at + SHOWN_AFTER_END }
  }
  return caption
}

/** Follows the clock. */
export function captionAt(caption: Caption | null, at: number): Caption | null {
  return caption?.until != null && at >= caption.until ? null : caption
}
