import { LevelMeter } from '@visavis/call'

/** Meters of several participants, made when first read and dropped with their track. */
export class Levels {
  readonly #meters = new Map<string, Metered>()

  read(tracks: ReadonlyMap<string, MediaStreamTrack | null>): Record<string, number> {
    for (const [id, metered] of this.#meters) {
      if (tracks.get(id) === metered.track) continue
      stop(metered)
      this.#meters.delete(id)
    }
    const levels: Record<string, number> = {}
    for (const [id, track] of tracks) levels[id] = track?.enabled ? this.#meter(id, track).read() : 0
    return levels
  }

  close(): void {
    for (const metered of this.#meters.values()) stop(metered)
    this.#meters.clear()
  }

  #meter(id: string, track: MediaStreamTrack): LevelMeter {
    const known = this.#meters.get(id)
    if (known) return known.meter
    const meter = new LevelMeter(track)
    this.#meters.set(id, { track, meter, pump: pumpOf(track) })
    return meter
  }
}

interface Metered {
  readonly track: MediaStreamTrack
  readonly meter: LevelMeter
  readonly pump: HTMLAudioElement
}

/** Chrome decodes what comes from afar only while an element plays it; a muted one will do. */
function pumpOf(track: MediaStreamTrack): HTMLAudioElement {
  const pump = new Audio()
  pump.muted = true
  pump.srcObject = new MediaStream([track])
  pump.play().catch(() => undefined)
  return pump
}

function stop({ meter, pump }: Metered): void {
  meter.close()
  pump.srcObject = null
}
