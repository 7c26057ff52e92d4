import { LevelMeter } from '@visavis/call'

/** Meters of several participants, made when first read and dropped with their track. */
export class Levels {
  readonly #meters = new Map<string, { track: MediaStreamTrack; meter: LevelMeter }>()

  read(tracks: ReadonlyMap<string, MediaStreamTrack | null>): Record<string, number> {
    for (const [id, { track, meter }] of this.#meters) {
      if (tracks.get(id) === track) continue
      meter.close()
      this.#meters.delete(id)
    }
    const levels: Record<string, number> = {}
    for (const [id, track] of tracks) levels[id] = track?.enabled ? this.#meter(id, track).read() : 0
    return levels
  }

  close(): void {
    for (const { meter } of this.#meters.values()) meter.close()
    this.#meters.clear()
  }

  #meter(id: string, track: MediaStreamTrack): LevelMeter {
    const known = this.#meters.get(id)
    if (known) return known.meter
    const meter = new LevelMeter(track)
    this.#meters.set(id, { track, meter })
    return meter
  }
}
