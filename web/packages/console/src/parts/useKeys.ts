import { useEffect } from 'react'
import type { Session } from '../session'
import type { Toggles } from './ControlBar'

/** Single keys of the call screen, as the help in the devices menu lists them. */
export const KEYS: readonly (readonly [string, string])[] = [
  ['M', 'mute'],
  ['V', 'camera'],
  ['Space', 'interrupt'],
  ['T', 'type'],
  ['C', 'captions'],
  ['P', 'panel'],
]

/** Acts on single keys while the focus is on nothing that takes keys itself. */
export function useKeys(enabled: boolean, session: Session, toggle: (name: keyof Toggles) => void): void {
  useEffect(() => {
    if (!enabled) return
    const onKey = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || takesKeys(event)) return
      const act = ACTIONS[event.key.toLowerCase()]
      if (!act) return
      event.preventDefault()
      act(session, toggle)
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [enabled, session, toggle])
}

type Action = (session: Session, toggle: (name: keyof Toggles) => void) => void

const ACTIONS: Partial<Record<string, Action>> = {
  m: (session) => session.toggleMute(),
  v: (session) => session.toggleCamera(),
  ' ': (session) => void session.send((call) => call.interrupt()),
  t: (_, toggle) => toggle('typing'),
  c: (_, toggle) => toggle('captions'),
  p: (_, toggle) => toggle('panel'),
}

function takesKeys(event: KeyboardEvent): boolean {
  const target = event.target instanceof Element ? event.target : null
  if (!target) return false
  if (target.closest('input, textarea, select, [contenteditable], [role=tab]')) return true
  return event.key === ' ' && target.closest('button, summary, [role=button]') !== null
}
