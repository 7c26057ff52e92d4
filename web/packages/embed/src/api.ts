import type { JsonObject } from '@visavis/call'

/** What a page may do with an element: `element.tavus`, `element.visavis`, and the same on the element itself. */
export interface EmbedApi {
  /** Whether the element knows its conversation, which `tavus:ready` tells once. */
  readonly ready: boolean
  /** The id of the conversation that is going on; otherwise empty. */
  readonly conversationId: string
  /** Has the start endpoint make the conversation without joining it. Rejects when it cannot. */
  createConversation(): Promise<void>
  /** Joins, after making the conversation where that has not been done. What goes wrong comes as `tavus:error`. */
  startConversation(): Promise<void>
  endConversation(): void
  /** Sends an interaction; `message_type` and `conversation_id` may be left out. Throws when there is no conversation. */
  sendMessage(interaction: JsonObject): void
  /** Has the replica say exactly this. */
  echo(text: string): void
  /** Has the replica answer this as if the visitor had said it. */
  respond(text: string): void
  /** Stops the replica's speech. */
  interrupt(): void
}
