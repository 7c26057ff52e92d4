/** Seconds during which a lost call is tried again. */
export const RETRY_WINDOW = 60

const FIRST_DELAY = 0.5
const LONGEST_DELAY = 4

/** Seconds to wait after `n` failed attempts (1 or more), or null when the window has closed. */
export function retryDelay(n: number, elapsed: number): number | null {
  if (elapsed >= RETRY_WINDOW) return null
  return Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** (n - 1))
}
