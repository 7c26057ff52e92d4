/** Seconds without a ping after which the server counts as gone. */
export const SILENCE_LIMIT = 5

/** Seconds between looks at the clock. */
export const CHECK_INTERVAL = 1

/**
 * Decides from pings whether the server is still there. Reads no clock: times are seconds, given.
 *
 * A page that slept (a suspended laptop, a debugger) finds its pings still queued. So a check that
 * comes much too late grants one more interval before it judges.
 */
export class Keepalive {
  #heardAt: number
  #checkedAt: number
  #graceUntil = 0

  constructor(now: number) {
    this.#heardAt = now
    this.#checkedAt = now
  }

  /** The server gave a sign of life. */
  heard(now: number): void {
    this.#heardAt = now
  }

  /** Whether the server counts as gone; to be asked every `CHECK_INTERVAL`. */
  isLost(now: number): boolean {
    if (now - this.#checkedAt > 3 * CHECK_INTERVAL) this.#graceUntil = now + 1.5 * CHECK_INTERVAL
    this.#checkedAt = now
    return now >= this.#graceUntil && now - this.#heardAt >= SILENCE_LIMIT
  }
}
