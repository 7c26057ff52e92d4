import { type ConversationEvent, type Speaker, speakerOf, stringOf } from '@visavis/call'

/** One side's words in one turn. */
export interface Line {
  readonly key: string
  readonly speaker: Speaker
  readonly text: string
  readonly finished: boolean
  readonly interrupted: boolean
  /** Milliseconds since the epoch when it began. */
  readonly at: number
}

export type Transcript = readonly Line[]

const LIMIT = 500

/**
 * Takes in an utterance. The replica's line holds what was heard, so its whole text
 * (`conversation.utterance`, sent as it begins to speak) only opens the line.
 */
export function hear(transcript: Transcript, event: ConversationEvent, at: number): Transcript {
  const properties = event.properties ?? {}
  const speaker = speakerOf(event)
  if (!speaker) return transcript
  const key = `${speaker}:${event.inference_id ?? event.turn_idx ?? 'unnamed'}`
  const index = transcript.findLastIndex((line) => line.key === key)
  const old = transcript[index]
  const whole = event.event_type === 'conversation.utterance'
  const line: Line = {
    key,
    speaker,
    text: whole && speaker === 'replica' && old ? old.text : stringOf(properties, 'speech'),
    finished: whole ? speaker === 'user' || (old?.finished ?? false) : properties['final'] === true,
    interrupted: properties['is_interrupted'] === true || (old?.interrupted ?? false),
    at: old?.at ?? at,
  }
  if (whole && speaker === 'replica' && !old) return transcript
  if (!whole && old?.finished) return transcript
  if (!old) return [...transcript, line].slice(-LIMIT)
  return transcript.map((each, place) => (place === index ? line : each))
}

/** The transcript as plain text. */
export function asText(transcript: Transcript, replicaName: string): string {
  return transcript
    .filter((line) => line.text)
    .map((line) => `${line.speaker === 'user' ? 'You' : replicaName}: ${line.text}${line.interrupted ? ' —' : ''}`)
    .join('\n')
}
