/** Seconds on a clock that never goes back. */
export function seconds(): number {
  return performance.now() / 1000
}

/** Waits, but not beyond the end of the call or the return of the network. */
export function pause(delay: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const wake = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', wake)
      window.removeEventListener('online', wake)
      resolve()
    }
    const timer = setTimeout(wake, delay * 1000)
    signal.addEventListener('abort', wake)
    window.addEventListener('online', wake)
  })
}

/** Calls back when the network has changed, in browsers that tell, or is back. */
export function onNetworkChange(callback: () => void, signal: AbortSignal): void {
  const { connection } = navigator as Navigator & { connection?: EventTarget }
  connection?.addEventListener('change', callback, { signal })
  window.addEventListener('online', callback, { signal })
}
