/** Loudness of a waveform between -1 and 1, as 0 (silence, -60 dB) to 1 (full). */
export function loudness(samples: Float32Array): number {
  let sum = 0
  for (const sample of samples) sum += sample * sample
  const rms = Math.sqrt(sum / Math.max(1, samples.length))
  const decibels = 20 * Math.log10(Math.max(rms, 1e-6))
  return Math.min(1, Math.max(0, 1 + decibels / 60))
}

let shared: AudioContext | null = null

/** Reads the loudness of a track. Close it when done. */
export class LevelMeter {
  readonly #source: MediaStreamAudioSourceNode
  readonly #analyser: AnalyserNode
  readonly #samples: Float32Array<ArrayBuffer>

  constructor(track: MediaStreamTrack) {
    shared ??= new AudioContext()
    this.#analyser = shared.createAnalyser()
    this.#analyser.fftSize = 1024
    this.#samples = new Float32Array(this.#analyser.fftSize)
    this.#source = shared.createMediaStreamSource(new MediaStream([track]))
    this.#source.connect(this.#analyser)
  }

  /** Loudness of the last 20 ms, 0 to 1. Starts the audio clock once the browser lets it. */
  read(): number {
    if (this.#analyser.context.state === 'suspended') void shared?.resume()
    this.#analyser.getFloatTimeDomainData(this.#samples)
    return loudness(this.#samples)
  }

  close(): void {
    this.#source.disconnect()
  }
}
