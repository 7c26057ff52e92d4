import type { JsonObject } from './json'

/** An interaction of the Interactions Protocol: what a client may ask of a conversation. */
export interface Interaction extends JsonObject {
  readonly message_type: 'conversation'
  readonly event_type: string
  readonly conversation_id: string
  readonly properties?: JsonObject
}

/** Builds any interaction; helpers for the common ones follow. */
export function interaction(conversationId: string, name: string, properties?: JsonObject): Interaction {
  return {
    message_type: 'conversation',
    event_type: `conversation.${name}`,
    conversation_id: conversationId,
    ...(properties ? { properties } : {}),
  }
}

/** Has the replica say exactly this text. */
export function echo(conversationId: string, text: string): Interaction {
  return interaction(conversationId, 'echo', { modality: 'text', text, done: true })
}

/** Has the replica answer this text as if the user had just said it. */
export function respond(conversationId: string, text: string, cut = false): Interaction {
  return interaction(conversationId, 'respond', cut ? { text, interrupt: true } : { text })
}

/** Stops the replica's speech. */
export function interrupt(conversationId: string): Interaction {
  return interaction(conversationId, 'interrupt')
}
