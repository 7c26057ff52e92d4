import { useEffect, useRef } from 'react'

/** Keeps a list scrolled to its end, unless the reader has scrolled up. */
export function useTail<Element extends HTMLElement>(length: number): React.RefObject<Element | null> {
  const ref = useRef<Element>(null)
  const following = useRef(true)
  useEffect(() => {
    const list = ref.current
    if (!list) return
    const onScroll = (): void => {
      following.current = list.scrollHeight - list.scrollTop - list.clientHeight < 32
    }
    list.addEventListener('scroll', onScroll)
    return () => list.removeEventListener('scroll', onScroll)
  }, [])
  useEffect(() => {
    if (following.current) ref.current?.scrollTo({ top: ref.current.scrollHeight })
  }, [length])
  return ref
}
