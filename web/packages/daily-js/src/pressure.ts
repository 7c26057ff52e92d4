type State = 'nominal' | 'fair' | 'serious' | 'critical'

interface Observer {
  observe(source: 'cpu', options: { sampleInterval: number }): Promise<void>
  disconnect(): void
}
type ObserverClass = new (listener: (records: readonly { state: State }[]) => void) => Observer

/** The browser's own word on the processor (Compute Pressure), where it gives one. */
export class Pressure {
  state: State | null = null
  #observer: Observer | null = null

  start(): void {
    const { PressureObserver } = globalThis as { PressureObserver?: ObserverClass }
    if (!PressureObserver || this.#observer) return
    this.#observer = new PressureObserver((records) => (this.state = records.at(-1)?.state ?? this.state))
    // Refused in a frame that was not given compute-pressure: then there is no word.
    this.#observer.observe('cpu', { sampleInterval: 2000 }).catch(() => undefined)
  }

  stop(): void {
    this.#observer?.disconnect()
    this.#observer = null
    this.state = null
  }
}
