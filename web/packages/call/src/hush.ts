import type { ConversationEvent } from './events'

/** Milliseconds of cut-off speech that a receiver's jitter buffer may still hold, at most. */
export const HUSH_LIMIT = 300

/**
 * Silences what the jitter buffer still holds of speech that was cut off. The event that tells of the cut
 * overtakes the last samples by about a tenth of a second.
 */
export class Hush {
  readonly #tracks: () => MediaStreamTrack[]
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(tracks: () => MediaStreamTrack[]) {
    this.#tracks = tracks
  }

  onEvent({ event_type: type, properties }: ConversationEvent): void {
    if (type === 'conversation.replica.started_speaking') this.#end()
    if (type !== 'conversation.replica.stopped_speaking' || properties?.['interrupted'] !== true) return
    this.#enable(false)
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#end(), HUSH_LIMIT)
  }

  #end(): void {
    clearTimeout(this.#timer)
    this.#enable(true)
  }

  #enable(enabled: boolean): void {
    for (const track of this.#tracks()) track.enabled = enabled
  }
}
