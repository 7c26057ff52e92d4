import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react'
import { CallSession, type CallView, type JoinOptions } from './session'

export interface UseCallOptions extends Omit<JoinOptions, 'url'> {
  /** The conversation's URL; null or undefined while there is none. */
  url: string | null | undefined
  /** Whether to join by itself, and again when the URL changes. Default: true. */
  auto?: boolean
}

/** A call and what can be done with it. */
export interface CallHandle extends CallView, Pick<CallSession, Methods> {
  /** Joins the URL given to the hook; for `auto: false`, and to join again. */
  join: () => Promise<void>
}

type Methods =
  | 'leave'
  | 'echo'
  | 'respond'
  | 'interrupt'
  | 'send'
  | 'toggleMicrophone'
  | 'toggleCamera'
  | 'hear'
  | 'replica'
  | 'onEvent'

/** Joins a conversation while the component is there, and leaves with it. */
export function useCall(options: UseCallOptions): CallHandle {
  const [session] = useState(() => new CallSession())
  const view = useSyncExternalStore(session.subscribe, session.view, session.view)
  const latest = useRef(options)
  useEffect(() => {
    latest.current = options
  })
  const { url, auto = true } = options

  useEffect(() => {
    // A moment later, so that StrictMode's mount, unmount and mount joins once.
    const timer = url && auto ? setTimeout(() => void session.join({ ...latest.current, url }), 0) : undefined
    return () => {
      clearTimeout(timer)
      session.leave()
    }
  }, [session, url, auto])

  return useMemo(() => {
    const join = async (): Promise<void> => {
      const { url: now } = latest.current
      if (now) await session.join({ ...latest.current, url: now })
    }
    const { leave, echo, respond, interrupt, send, toggleMicrophone, toggleCamera, hear, replica, onEvent } = session
    return { ...view, join, leave, echo, respond, interrupt, send, toggleMicrophone, toggleCamera, hear, replica, onEvent }
  }, [session, view])
}
