import type { AppMessage } from './app'
import { bearer } from './bearer'
import { isObject } from './json'

/** Events at most in one answer of the event log. */
const PAGE = 500

/**
 * Lets each numbered event through once and in order, across lost connections: while `missed` is fetched,
 * what arrives waits behind it. Messages without a `seq` are no events of the conversation and pass at once.
 */
export class CatchUp {
  readonly #deliver: (message: AppMessage) => void
  #last = 0
  #held: AppMessage[] | null = null

  constructor(deliver: (message: AppMessage) => void) {
    this.#deliver = deliver
  }

  /** The last event let through; 0 before the first. */
  get last(): number {
    return this.#last
  }

  /** A message has arrived. */
  take(message: AppMessage): void {
    if (seqOf(message) !== null && this.#held) this.#held.push(message)
    else this.#pass(message)
  }

  /** From now on events wait: the connection is gone, and some may be missed. */
  hold(): void {
    this.#held ??= []
  }

  /** Lets through what was missed, then what has waited. */
  async go(missed: () => Promise<readonly AppMessage[]>): Promise<void> {
    try {
      if (this.#last > 0) for (const message of await missed()) this.#pass(message)
    } finally {
      const held = this.#held ?? []
      this.#held = null
      for (const message of held) this.#pass(message)
    }
  }

  #pass(message: AppMessage): void {
    const seq = seqOf(message)
    if (seq !== null && seq <= this.#last) return
    if (seq !== null) this.#last = seq
    this.#deliver(message)
  }
}

/** The conversation's events behind a `seq`, from its event log. Throws what `fetch` throws. */
export async function fetchMissed(
  url: string,
  after: number,
  from: string,
  signal: AbortSignal,
  token: string,
): Promise<AppMessage[]> {
  const init = { signal, headers: bearer(token) }
  const missed: AppMessage[] = []
  for (let last = after; ; ) {
    const response = await fetch(`${url.replace(/\/$/, '')}/events?after=${last}&limit=${PAGE}`, init)
    if (!response.ok) throw new Error(`the event log answered ${response.status}`)
    const page: unknown = await response.json()
    const data = isObject(page) && Array.isArray(page['data']) ? (page['data'] as unknown[]) : []
    missed.push(...data.map((event) => ({ from, data: event })))
    const next = isObject(page) && typeof page['last_seq'] === 'number' ? page['last_seq'] : last
    if (data.length < PAGE || next <= last) return missed
    last = next
  }
}

function seqOf({ data }: AppMessage): number | null {
  return isObject(data) && typeof data['seq'] === 'number' ? data['seq'] : null
}
