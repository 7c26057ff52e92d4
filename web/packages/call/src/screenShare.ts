import { Emitter } from './emitter'
import type { Source } from './sources'

interface ScreenShareEvents {
  changed: undefined
}

/** The user's own screen, while it is shared. */
export class ScreenShare extends Emitter<ScreenShareEvents> {
  #stream: MediaStream | null = null

  get active(): boolean {
    return this.#stream !== null
  }

  track(source: 'screen' | 'screen-audio'): MediaStreamTrack | null {
    const tracks = source === 'screen' ? this.#stream?.getVideoTracks() : this.#stream?.getAudioTracks()
    return tracks?.[0] ?? null
  }

  /** What is shared now. */
  get sources(): Source[] {
    return (['screen', 'screen-audio'] as const).filter((source) => this.track(source) !== null)
  }

  /** Asks the user what to share. Throws what the browser throws, a NotAllowedError when they would not. */
  async start(options: DisplayMediaStreamOptions = { video: true, audio: true }): Promise<void> {
    this.share(await navigator.mediaDevices.getDisplayMedia(options))
  }

  /** Shares a stream that is there already. */
  share(stream: MediaStream): void {
    this.stop()
    this.#stream = stream
    for (const track of stream.getTracks()) track.addEventListener('ended', () => this.#ended(stream))
    this.emit('changed', undefined)
  }

  stop(): void {
    const stream = this.#stream
    if (!stream) return
    this.#stream = null
    for (const track of stream.getTracks()) track.stop()
    this.emit('changed', undefined)
  }

  #ended(stream: MediaStream): void {
    if (this.#stream === stream) this.stop()
  }
}
