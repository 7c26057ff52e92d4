import { capture, type DeviceChoice } from './capture'
import { Emitter } from './emitter'
import { type DeviceKind, MediaProblem } from './mediaProblem'
import type { Source } from './sources'

interface LocalMediaEvents {
  /** A track came, went or was muted. */
  changed: DeviceKind
  /** A device went away by itself. */
  problem: MediaProblem
}

type Open = (device: DeviceKind, choice: DeviceChoice) => Promise<MediaStreamTrack>

/** The user's own microphone and camera; outlives a call, so that a lobby can show them first. */
export class LocalMedia extends Emitter<LocalMediaEvents> {
  readonly #open: Open
  readonly #tracks: Record<DeviceKind, MediaStreamTrack | null> = { audio: null, video: null }
  readonly #requests: Record<DeviceKind, number> = { audio: 0, video: 0 }

  constructor(open: Open = capture) {
    super()
    this.#open = open
  }

  track(device: DeviceKind): MediaStreamTrack | null {
    return this.#tracks[device]
  }

  /** Whether the microphone is open but silent. */
  get muted(): boolean {
    return this.#tracks.audio?.enabled === false
  }

  /** What others can hear and see; a muted microphone cannot be heard. */
  get sources(): Source[] {
    const sources: Source[] = []
    if (this.#tracks.audio && !this.muted) sources.push('microphone')
    if (this.#tracks.video) sources.push('camera')
    return sources
  }

  /** Opens the chosen device, or closes it with null. The last request wins. Throws a MediaProblem. */
  async choose(device: DeviceKind, choice: DeviceChoice | null): Promise<void> {
    const request = ++this.#requests[device]
    if (choice === null) {
      this.#set(device, null)
      return
    }
    const muted = device === 'audio' && this.muted
    const track = await this.#open(device, choice)
    if (request !== this.#requests[device]) {
      track.stop()
      return
    }
    track.enabled = !muted
    track.addEventListener('ended', () => this.#ended(device, track))
    this.#set(device, track)
  }

  /** Silences the microphone without giving it back, or lets it be heard again. */
  mute(muted: boolean): void {
    const track = this.#tracks.audio
    if (!track) return
    track.enabled = !muted
    this.emit('changed', 'audio')
  }

  /** Gives both devices back. */
  release(): void {
    for (const device of ['audio', 'video'] as const) void this.choose(device, null)
  }

  #set(device: DeviceKind, track: MediaStreamTrack | null): void {
    const old = this.#tracks[device]
    this.#tracks[device] = track
    old?.stop()
    this.emit('changed', device)
  }

  #ended(device: DeviceKind, track: MediaStreamTrack): void {
    if (this.#tracks[device] !== track) return
    this.#set(device, null)
    this.emit('problem', new MediaProblem('disconnected', device))
  }
}
