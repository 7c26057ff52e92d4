import { deleteSession, postOffer, secretOf, type WhipSession } from './whip'

/** What the server granted a call: the session in use, and one whose connection was lost. */
export class Sessions {
  #current: WhipSession | null = null
  /** Given back only when there is another, or an emptied room might close. */
  #lost: WhipSession | null = null

  /** Where the session in use is changed and ended; null without one. */
  get location(): string | null {
    return this.#current?.location ?? null
  }

  /** What lets us in: the token, unless we were in and have to come back. */
  pass(token = ''): string {
    const session = this.#current ?? this.#lost
    return (token && session && secretOf(session)) || token
  }

  /** Offers to join. Throws a CallProblem when refused or unreachable. */
  async begin(endpoint: string, offer: string, signal: AbortSignal, token = ''): Promise<WhipSession> {
    this.#current = await postOffer(endpoint, offer, signal, fetch, this.pass(token))
    return this.#current
  }

  /** The connection is gone; the session may have to be given back later. */
  lose(): void {
    this.#lost = this.#current ?? this.#lost
    this.#current = null
  }

  end(): void {
    if (this.#current) void deleteSession(this.#current.location)
    this.#current = null
  }

  giveBackLost(): void {
    if (this.#lost) void deleteSession(this.#lost.location)
    this.#lost = null
  }
}
