import type { Screen } from './surface'

/** While the call comes about. */
export function connecting(microphone: boolean): string {
  return microphone ? 'Connecting… Your browser may ask for the microphone.' : 'Connecting…'
}

/** Before the call. */
export function preview(replica: string): Screen {
  return {
    title: replica ? `Talk with ${replica}` : 'Talk face to face',
    words: 'Speak as you would to a person; you can cut in at any time.',
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
