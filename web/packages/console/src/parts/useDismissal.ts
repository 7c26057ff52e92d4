import { type RefObject, useEffect } from 'react'

/** Closes what is open on Escape, giving the focus back to its button, or when something outside is pressed. */
export function useDismissal(ref: RefObject<HTMLElement | null>, open: boolean, close: () => void): void {
  useEffect(() => {
    if (!open) return
    const onEvent = (event: Event): void => {
      const outside = event.target instanceof Node && !ref.current?.contains(event.target)
      const escape = event instanceof KeyboardEvent && event.key === 'Escape'
      if (event instanceof KeyboardEvent ? !escape : !outside) return
      close()
      if (escape) ref.current?.querySelector('button')?.focus()
    }
    document.addEventListener('keydown', onEvent)
    document.addEventListener('pointerdown', onEvent)
    return () => {
      document.removeEventListener('keydown', onEvent)
      document.removeEventListener('pointerdown', onEvent)
    }
  }, [ref, open, close])
}
