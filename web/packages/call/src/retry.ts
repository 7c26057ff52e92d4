import { pause, seconds } from './waiting'

/** Seconds during which a lost call is tried again. */
export const RETRY_WINDOW = 60

const FIRST_DELAY = 0.5
const LONGEST_DELAY = 4

/** Seconds to wait after `n` failed attempts (1 or more), or null when the window has closed. */
export function retryDelay(n: number, elapsed: number): number | null {
  if (elapsed >= RETRY_WINDOW) return null
  return Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** (n - 1))
}

/** Tries until `attempt` says that it is done, or the window has closed; says which. */
export async function retry(attempt: () => Promise<boolean>, signal: AbortSignal): Promise<boolean> {
  const since = seconds()
  let delay: number | null = 0
  for (let n = 1; delay !== null; n++) {
    await pause(delay, signal)
    if (await attempt()) return true
    delay = retryDelay(n, seconds() - since)
  }
  return false
}
