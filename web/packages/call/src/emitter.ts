/** Listeners by event name, typed by a map from name to payload. */
export class Emitter<Events> {
  #listeners = new Map<keyof Events, Set<(payload: never) => void>>()

  /** Calls `listener` with each payload until the returned function is called. */
  on<Name extends keyof Events>(name: Name, listener: (payload: Events[Name]) => void): () => void {
    const listeners = this.#listeners.get(name) ?? new Set()
    this.#listeners.set(name, listeners)
    listeners.add(listener)
    return () => listeners.delete(listener)
  }

  protected emit<Name extends keyof Events>(name: Name, payload: Events[Name]): void {
    for (const listener of [...(this.#listeners.get(name) ?? [])]) {
      ;(listener as (payload: Events[Name]) => void)(payload)
    }
  }
}
