import type { ConversationEvent } from './events'

export type Speaker = 'user' | 'replica'

/** Whose utterance it is; `pal` ones double the replica's and count once. */
export function speakerOf(event: ConversationEvent): Speaker | null {
  const role = event.properties?.['role']
  return role === 'user' || role === 'replica' ? role : null
}
