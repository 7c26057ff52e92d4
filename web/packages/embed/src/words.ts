import { type ConversationStatus, type Open, signWords } from '@visavis/call'
import type { Screen } from './surface'

/** While the call comes about. */
export function connecting(microphone: boolean): string {
  return microphone ? 'Connecting… Your browser may ask for the microphone.' : 'Connecting…'
}

/** What people are to be told of a conversation before they join it, where it is known by then. */
export interface Notices extends Pick<ConversationStatus, 'disclosure' | 'perception'> {
  /** What would be opened. */
  readonly open: Open
}

/** Before the call. */
export function preview(replica: string, notices: Notices | null = null): Screen {
  const { disclosure = '', perception = null, open } = notices ?? {}
  const sign = perception && open ? `${signWords(perception, replica || 'The replica', open, false)}.` : ''
  return {
    title: replica ? `Talk with ${replica}` : 'Talk face to face',
    words: [disclosure, 'Speak as you would to a person; you can cut in at any time.', sign].filter(Boolean).join(' '),
    action: 'Start the conversation',
  }
}

/** After the call. */
export function ended(reason: string, again: boolean): Screen {
  const own = reason === '' || reason.startsWith('You left')
  return {
    title: own ? 'You left the conversation' : 'The conversation has ended',
    words: own ? '' : reason,
    ...(again ? { action: own ? 'Join again' : 'Start again' } : {}),
  }
}

/** Instead of the call. */
export function trouble(reason: string, again: boolean): Screen {
  return { title: 'Not connected', words: reason, ...(again ? { action: 'Try again' } : {}) }
}
