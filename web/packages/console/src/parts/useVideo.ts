import { useEffect, useRef } from 'react'

/** Plays a stream in the element the returned ref is given to. */
export function useMedia<Element extends HTMLMediaElement>(stream: MediaStream | null): React.RefObject<Element | null> {
  const ref = useRef<Element>(null)
  useEffect(() => {
    if (ref.current) ref.current.srcObject = stream
  }, [stream])
  return ref
}

export const useVideo = useMedia<HTMLVideoElement>
