import { isObject, stringOf } from '@visavis/call'

/** Who begins to speak by this message of the conversation, as a participant's id; null when nobody does. */
export function speakerOf(data: unknown, replica: string, local: string): string | null {
  if (!isObject(data)) return null
  switch (data['event_type']) {
    case 'conversation.replica.started_speaking':
      return replica || null
    case 'conversation.user.started_speaking': {
      const properties = isObject(data['properties']) ? data['properties'] : {}
      return stringOf(properties, 'participant_id') || local || null
    }
    default:
      return null
  }
}
