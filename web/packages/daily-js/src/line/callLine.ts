import {
  Call,
  capture,
  type DeviceChoice,
  type DeviceKind,
  Emitter,
  LocalMedia,
  MediaProblem,
  type MediaProblemKind,
  mediaProblemOf,
  type Participant,
} from '@visavis/call'
import { Levels } from './levels'
import type { Line, LineEvents, LineJoin, LineParticipant, LineTrack, LineView, Opened, Opening, Source } from './line'

const OFF: LineTrack = { state: 'off', track: null }
const LOADING: LineTrack = { state: 'loading', track: null }

type Joiner = (options: LineJoin) => Promise<void>

/** The call core in this page. The one place that knows it. */
export class CallLine extends Emitter<LineEvents> implements Line {
  readonly #call: Call
  readonly #joiner: Joiner
  readonly #levels = new Levels()
  readonly #blocked: Partial<Record<DeviceKind, MediaProblemKind>> = {}
  #speaker = ''
  #view: LineView

  constructor(call: Call = newCall(), joiner: Joiner = (options) => call.join(options)) {
    super()
    this.#call = call
    this.#joiner = joiner
    this.#view = this.#look()
    call.on('status', ({ state }) => {
      if (state === 'left' || state === 'failed') this.stopSharing()
      this.#refresh()
    })
    call.on('participants', () => this.#refresh())
    call.on('message', (message) => this.emit('message', message))
    call.on('complaint', (complaint) => this.emit('complaint', complaint))
    call.on('others', () => this.#refresh())
    call.screen.on('changed', () => this.#refresh())
    call.remote.addEventListener('addtrack', () => this.#refresh())
    call.media.on('changed', () => this.#refresh())
    call.media.on('problem', ({ device, kind, message }) => {
      this.#blocked[device] = kind
      this.#refresh()
      this.emit('device', { device, problem: kind, message })
    })
  }

  get view(): LineView {
    return this.#view
  }

  load(): Promise<void> {
    return Promise.resolve()
  }

  join(options: LineJoin): Promise<void> {
    return this.#joiner(options)
  }

  leave(): void {
    this.#call.leave()
    this.#call.media.release()
  }

  send(data: unknown, to: string): void {
    this.#call.sendAppMessage(data, to)
  }

  async open(device: DeviceKind, { choice, constraints }: Opening): Promise<Opened> {
    const { media } = this.#call
    try {
      await media.choose(device, choice instanceof MediaStreamTrack ? brought.put(choice) : choice)
      if (Object.keys(constraints).length > 0) await media.track(device)?.applyConstraints(constraints)
      // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- two known keys
      delete this.#blocked[device]
      this.#refresh()
      return { ok: true }
    } catch (error) {
      const problem = error instanceof MediaProblem ? error : mediaProblemOf(error, device)
      this.#blocked[device] = problem.kind
      this.#refresh()
      return { ok: false, problem: problem.kind, message: problem.message }
    }
  }

  shut(device: DeviceKind): void {
    void this.#call.media.choose(device, null)
  }

  mute(muted: boolean): void {
    this.#call.media.mute(muted)
  }

  async share(options: DisplayMediaStreamOptions | MediaStream): Promise<boolean> {
    const { screen } = this.#call
    try {
      if (options instanceof MediaStream) screen.share(options)
      else await screen.start(options)
      return true
    } catch (error) {
      if (error instanceof DOMException && error.name === 'NotAllowedError') return false
      throw error
    }
  }

  stopSharing(): void {
    this.#call.screen.stop()
  }

  async devices(): Promise<MediaDeviceInfo[]> {
    return window.isSecureContext ? navigator.mediaDevices.enumerateDevices() : []
  }

  setSpeaker(id: string): void {
    this.#speaker = id
    this.#refresh()
  }

  report(): Promise<unknown[]> {
    return this.#call.report()
  }

  levels(): Promise<Record<string, number>> {
    const tracks = this.#view.participants.map(({ id, tracks: { microphone } }) => [id, microphone.track] as const)
    return Promise.resolve(this.#levels.read(new Map(tracks)))
  }

  stopLevels(): void {
    this.#levels.close()
  }

  close(): void {
    this.stopLevels()
    this.stopSharing()
    this.#call.media.release()
  }

  #refresh(): void {
    this.#view = this.#look()
    this.emit('view', this.#view)
  }

  #look(): LineView {
    const { status, media } = this.#call
    const device = (kind: DeviceKind): string => media.track(kind)?.getSettings().deviceId ?? ''
    return {
      state: status.state,
      reason: status.reason,
      problem: status.problem?.kind ?? null,
      participants: this.#participants(),
      devices: { microphone: device('audio'), camera: device('video'), speaker: this.#speaker },
    }
  }

  #participants(): LineParticipant[] {
    const { participants, participantId } = this.#call
    if (!participants.some(({ id }) => id === participantId)) return [this.#self()]
    return participants.map((participant) => this.#participant(participant))
  }

  /** Oneself before the room knows one. */
  #self(): LineParticipant {
    const nobody: Participant = { id: '', userId: '', userName: '', kind: 'person', joinedAt: 0, sending: [] }
    return { ...nobody, local: true, tracks: this.#ownTracks() }
  }

  #participant(participant: Participant): LineParticipant {
    const local = participant.id === this.#call.participantId
    return { ...participant, local, tracks: local ? this.#ownTracks() : this.#tracksOf(participant) }
  }

  #tracksOf(participant: Participant): Record<Source, LineTrack> {
    const of = (source: Source): LineTrack => this.#trackOf(participant, source)
    return { microphone: of('microphone'), camera: of('camera'), screen: of('screen'), 'screen-audio': of('screen-audio') }
  }

  #trackOf({ id, kind, sending }: Participant, source: Source): LineTrack {
    const { remote } = this.#call
    if (kind === 'person') return sending.includes(source) ? playing(this.#call.track(id, source), LOADING) : OFF
    if (source === 'microphone') return playing(remote.getAudioTracks()[0])
    return source === 'camera' ? playing(remote.getVideoTracks()[0]) : OFF
  }

  #ownTracks(): Record<Source, LineTrack> {
    return {
      microphone: this.#ownTrack('audio'),
      camera: this.#ownTrack('video'),
      screen: playing(this.#call.screen.track('screen')),
      'screen-audio': playing(this.#call.screen.track('screen-audio')),
    }
  }

  #ownTrack(device: DeviceKind): LineTrack {
    const track = this.#call.media.track(device)
    if (track) return { state: track.enabled ? 'playable' : 'off', track }
    const problem = this.#blocked[device]
    return problem ? { state: 'blocked', problem, track: null } : OFF
  }
}

function playing(track: MediaStreamTrack | null | undefined, otherwise = OFF): LineTrack {
  return track?.readyState === 'live' ? { state: 'playable', track } : otherwise
}

/** The core of a call object: it also takes tracks that the application brings. */
function newCall(): Call {
  return new Call(new LocalMedia(async (device, choice) => brought.take(choice) ?? capture(device, choice)))
}

/** Tracks of the application on their way through the core's own choice of a device, a string. */
const brought = {
  tracks: new Map<DeviceChoice, MediaStreamTrack>(),
  put(track: MediaStreamTrack): string {
    const name = crypto.randomUUID()
    this.tracks.set(name, track)
    return name
  },
  take(choice: DeviceChoice): MediaStreamTrack | undefined {
    const track = this.tracks.get(choice)
    this.tracks.delete(choice)
    return track
  },
}
