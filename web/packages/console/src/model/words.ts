import type { CallState } from '@visavis/call'
import type { Activity } from './activity'

const ACTIVITIES: Record<Activity, string> = {
  waiting: 'Connecting',
  listening: 'Listening',
  hearing: 'Hearing you',
  thinking: 'Thinking',
  speaking: 'Speaking',
  interrupted: 'Interrupted',
}

const CALLS: Record<CallState, string> = {
  idle: 'Not connected',
  joining: 'Connecting',
  joined: '',
  reconnecting: 'Reconnecting',
  left: 'Ended',
  failed: 'Not connected',
}

/** The state of the call in one or two words. */
export function stateWords(call: CallState, activity: Activity): string {
  return CALLS[call] || ACTIVITIES[activity]
}
