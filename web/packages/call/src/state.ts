/** Where a call stands. */
export type CallState = 'idle' | 'joining' | 'joined' | 'reconnecting' | 'left' | 'failed'

const NEXT: Record<CallState, readonly CallState[]> = {
  idle: ['joining'],
  joining: ['joined', 'left', 'failed'],
  joined: ['reconnecting', 'left'],
  reconnecting: ['joined', 'left', 'failed'],
  left: ['joining'],
  failed: ['joining'],
}

/** Whether a call may go from one state to the other. */
export function canGo(from: CallState, to: CallState): boolean {
  return NEXT[from].includes(to)
}

/** Whether nothing more happens without a new join. */
export function isOver(state: CallState): boolean {
  return state === 'left' || state === 'failed'
}
