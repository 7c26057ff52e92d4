import type { DailyEvent, DailyEventObject, DailyEventPayloads } from '../types/events'

type Handler = (event: never) => void

/** Listeners by event name. One listener's exception does not reach the others, nor the call. */
export class DailyEvents {
  readonly callClientId: string = crypto.randomUUID()
  readonly #handlers = new Map<DailyEvent, Handler[]>()

  on<Name extends DailyEvent>(event: Name, handler: (event: DailyEventObject<Name>) => void): this {
    this.#handlers.set(event, [...(this.#handlers.get(event) ?? []), handler])
    return this
  }

  once<Name extends DailyEvent>(event: Name, handler: (event: DailyEventObject<Name>) => void): this {
    const first = (payload: DailyEventObject<Name>): void => {
      this.off(event, first)
      handler(payload)
    }
    originals.set(first, handler)
    return this.on(event, first)
  }

  off<Name extends DailyEvent>(event: Name, handler: (event: DailyEventObject<Name>) => void): this {
    const handlers = [...(this.#handlers.get(event) ?? [])]
    const index = handlers.findLastIndex((each) => each === handler || originals.get(each) === handler)
    if (index >= 0) this.#handlers.set(event, handlers.toSpliced(index, 1))
    return this
  }

  protected emit<Name extends keyof DailyEventPayloads>(action: Name, payload: DailyEventPayloads[Name]): void {
    const event = { ...payload, action, callClientId: this.callClientId }
    for (const handler of this.#handlers.get(action) ?? []) {
      try {
        ;(handler as (event: object) => void)(event)
      } catch (error) {
        console.error(error)
      }
    }
  }
}

/** What `once` was given, by what it registered. */
const originals = new WeakMap<Handler, Handler>()
