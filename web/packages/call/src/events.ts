import { isObject, type JsonObject } from './json'

/** An event of the Interactions Protocol: what the conversation tells everyone in the room. */
export interface ConversationEvent extends JsonObject {
  readonly message_type: string
  readonly event_type: string
  /** Unix seconds. */
  readonly timestamp?: number
  readonly seq?: number
  readonly conversation_id?: string
  readonly inference_id?: string
  readonly turn_idx?: number
  readonly properties?: JsonObject
}

/** Reads an app message as an event; null when it is something of the application's own. */
export function asEvent(data: unknown): ConversationEvent | null {
  if (!isObject(data) || typeof data['event_type'] !== 'string') return null
  const { properties, ...envelope } = data
  return {
    ...envelope,
    message_type: typeof data['message_type'] === 'string' ? data['message_type'] : '',
    event_type: data['event_type'],
    ...(isObject(properties) ? { properties } : {}),
  }
}
