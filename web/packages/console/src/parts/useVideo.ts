import { useEffect, useRef } from 'react'

/** Shows a stream in the video element the returned ref is given to. */
export function useVideo(stream: MediaStream | null): React.RefObject<HTMLVideoElement | null> {
  const ref = useRef<HTMLVideoElement>(null)
  useEffect(() => {
    if (ref.current) ref.current.srcObject = stream
  }, [stream])
  return ref
}
