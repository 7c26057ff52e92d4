import type { ConversationEvent } from '@visavis/call'
import { useEffect, useRef } from 'react'
import type { CallHandle } from './useCall'

/** Calls the handler with every event of this type, e.g. `conversation.tool_call`; `*`: with every event. */
export function useEvent(
  { onEvent }: Pick<CallHandle, 'onEvent'>,
  type: string,
  handler: (event: ConversationEvent) => void,
): void {
  const latest = useRef(handler)
  useEffect(() => {
    latest.current = handler
  })
  useEffect(
    () => onEvent((event) => (type === '*' || event.event_type === type ? latest.current(event) : undefined)),
    [onEvent, type],
  )
}
