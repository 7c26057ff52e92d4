/** How the call travels just now. Missing figures are null. */
export interface CallStats {
  /** Milliseconds to the server and back. */
  readonly roundTrip: number | null
  /** Milliseconds that received audio and video wait to be played. */
  readonly audioDelay: number | null
  readonly videoDelay: number | null
  readonly framesPerSecond: number | null
  readonly width: number | null
  readonly height: number | null
  /** Bits per second. */
  readonly videoBitrate: number | null
  readonly audioBitrate: number | null
  /** Share of audio packets lost so far, 0 to 1. */
  readonly audioLoss: number | null
}

interface Totals {
  readonly timestamp: number
  readonly bytes: number
  readonly delay: number
  readonly emitted: number
}

/** Turns the ever-growing counters of getStats into figures of the last interval. */
export class StatsReader {
  #before: Partial<Record<string, Totals>> = {}

  read(report: Iterable<unknown>): CallStats {
    const entries = [...report].filter(isEntry)
    const inbound = (kind: string): Entry | undefined =>
      entries.find((entry) => entry['type'] === 'inbound-rtp' && entry['kind'] === kind)
    const [audio, video] = [inbound('audio'), inbound('video')]
    const pair = entries.find((entry) => entry['type'] === 'candidate-pair' && entry['nominated'] === true)
    const [heard, seen] = [this.#interval('audio', audio), this.#interval('video', video)]
    return {
      roundTrip: milliseconds(number(pair, 'currentRoundTripTime')),
      audioDelay: heard.delay,
      videoDelay: seen.delay,
      framesPerSecond: number(video, 'framesPerSecond'),
      width: number(video, 'frameWidth'),
      height: number(video, 'frameHeight'),
      videoBitrate: seen.bitrate,
      audioBitrate: heard.bitrate,
      audioLoss: loss(audio),
    }
  }

  #interval(kind: string, entry: Entry | undefined): { bitrate: number | null; delay: number | null } {
    if (!entry) return { bitrate: null, delay: null }
    const now: Totals = {
      timestamp: number(entry, 'timestamp') ?? 0,
      bytes: number(entry, 'bytesReceived') ?? 0,
      delay: number(entry, 'jitterBufferDelay') ?? 0,
      emitted: number(entry, 'jitterBufferEmittedCount') ?? 0,
    }
    const before = this.#before[kind]
    this.#before[kind] = now
    if (!before || now.timestamp <= before.timestamp) return { bitrate: null, delay: null }
    const emitted = now.emitted - before.emitted
    return {
      bitrate: ((now.bytes - before.bytes) * 8000) / (now.timestamp - before.timestamp),
      delay: emitted > 0 ? ((now.delay - before.delay) / emitted) * 1000 : null,
    }
  }
}

type Entry = Record<string, unknown>

function isEntry(value: unknown): value is Entry {
  return typeof value === 'object' && value !== null
}

function number(entry: Entry | undefined, key: string): number | null {
  const value = entry?.[key]
  return typeof value === 'number' ? value : null
}

function milliseconds(seconds: number | null): number | null {
  return seconds === null ? null : seconds * 1000
}

function loss(audio: Entry | undefined): number | null {
  const lost = number(audio, 'packetsLost')
  const received = number(audio, 'packetsReceived')
  if (lost === null || received === null || lost + received <= 0) return null
  return Math.max(0, lost) / (lost + received)
}
