import type { CallState, ConversationEvent, JsonObject } from '@visavis/call'

/** How the conversation stands, in the hosted elements' words. */
export type EmbedState = 'idle' | 'connecting' | 'connected' | 'reconnecting' | 'ended' | 'error'

/** What the element shows. */
export type EmbedMode = 'launcher' | 'preview' | 'call' | 'ended' | 'error'

export interface ToolCallDetail {
  readonly name: string
  /** JSON text. */
  readonly arguments: string
  /** Names the call in a `conversation.tool_result`. */
  readonly tool_call_id?: string
  readonly seq?: number
  readonly turn_idx?: number
}

/** What an element tells its page, by name; each comes as `tavus:…` and as `visavis:…`. */
export interface EmbedEvents {
  ready: null
  'conversation-started': { readonly conversationId: string }
  'conversation-ended': { readonly conversationId: string }
  'state-change': { readonly state: EmbedState }
  'mode-change': { readonly mode: EmbedMode }
  error: { readonly code: string; readonly message: string }
  'tool-call': ToolCallDetail
  'protocol-message': ConversationEvent
}

export type EmbedEventName = keyof EmbedEvents

/** Says it in both names. The events bubble and leave the shadow tree, so that `document` hears them, too. */
export function tell<Name extends EmbedEventName>(element: EventTarget, name: Name, detail: EmbedEvents[Name]): void {
  for (const family of ['tavus', 'visavis']) {
    element.dispatchEvent(new CustomEvent(`${family}:${name}`, { detail, bubbles: true, composed: true }))
  }
}

const STATES: Record<CallState, EmbedState> = {
  idle: 'connecting',
  joining: 'connecting',
  joined: 'connected',
  reconnecting: 'reconnecting',
  left: 'ended',
  failed: 'error',
}

/** The state of a conversation whose call stands so. */
export function stateOf(call: CallState): EmbedState {
  return STATES[call]
}

/** The tool call an event is about; null when it is about something else. */
export function toolCallOf(event: ConversationEvent): ToolCallDetail | null {
  if (event.event_type !== 'conversation.tool_call') return null
  const { name, arguments: given, tool_call_id: id }: JsonObject = event.properties ?? {}
  return {
    name: typeof name === 'string' ? name : '',
    arguments: typeof given === 'string' ? given : JSON.stringify(given ?? {}),
    ...(typeof id === 'string' ? { tool_call_id: id } : {}),
    ...(event.seq === undefined ? {} : { seq: event.seq }),
    ...(event.turn_idx === undefined ? {} : { turn_idx: event.turn_idx }),
  }
}
