import { type Caption, captionAt, captionOf } from '@visavis/call'
import { useEffect, useState } from 'react'
import type { CallHandle } from './useCall'
import { useEvent } from './useEvent'

/** The words of whoever speaks, as they are spoken; null when nothing was said for a while. */
export function useCaptions(call: Pick<CallHandle, 'onEvent'>): Caption | null {
  const [caption, setCaption] = useState<Caption | null>(null)
  useEvent(call, '*', (event) => setCaption((shown) => captionOf(shown, event, Date.now())))
  const until = caption?.until ?? null
  useEffect(() => {
    if (until === null) return
    const timer = setTimeout(() => setCaption((shown) => captionAt(shown, Date.now())), until - Date.now())
    return () => clearTimeout(timer)
  }, [until])
  return caption
}
