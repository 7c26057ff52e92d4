import type { CallState, DeviceChoice, DeviceKind, MediaProblemKind, ProblemKind } from '@visavis/call'

/** Where a track comes from, in the call core's words. */
export type Source = 'microphone' | 'camera' | 'screen' | 'screen-audio'

export interface LineTrack {
  readonly state: 'off' | 'loading' | 'playable' | 'blocked'
  /** Why it is blocked. */
  readonly problem?: MediaProblemKind | undefined
  /** Null where the track lives in another page. */
  readonly track: MediaStreamTrack | null
}

export interface LineParticipant {
  readonly id: string
  readonly userId: string
  readonly userName: string
  readonly kind: 'person' | 'replica'
  /** Unix seconds. */
  readonly joinedAt: number
  readonly local: boolean
  readonly tracks: Readonly<Record<Source, LineTrack>>
}

/** How the call stands. Replaced, never changed. */
export interface LineView {
  readonly state: CallState
  /** In words, for people. */
  readonly reason: string
  readonly problem: ProblemKind | null
  /** Everybody in the room; one's own self also before joining. */
  readonly participants: readonly LineParticipant[]
  /** Ids of the devices in use. */
  readonly devices: Readonly<Record<'microphone' | 'camera' | 'speaker', string>>
}

export interface LineJoin {
  readonly url: string
  readonly userName: string
  readonly token: string
  readonly iceServers: RTCIceServer[]
}

/** What opening a device needs to know. */
export interface Opening {
  readonly choice: DeviceChoice | MediaStreamTrack
  readonly constraints: MediaTrackConstraints
}

export interface LineEvents {
  view: LineView
  message: { from: string; data: unknown }
  /** A device that was in use went away. */
  device: { device: DeviceKind; problem: MediaProblemKind; message: string }
  complaint: string
}

/** The outcome of opening a device. */
export type Opened = { ok: true } | { ok: false; problem: MediaProblemKind; message: string }

/**
 * What a call object stands on: the call core in this page (CallLine) or the server's page in a frame
 * (FrameLine). The two differ in nothing else.
 */
export interface Line {
  readonly view: LineView
  on<Name extends keyof LineEvents>(name: Name, listener: (payload: LineEvents[Name]) => void): () => void
  /** Gets ready to join this URL; throws a CallProblem when that is impossible. */
  load(url: string): Promise<void>
  /** Settles when joined; throws a CallProblem. */
  join(options: LineJoin): Promise<void>
  leave(): void
  /** Throws when not joined, or when the message is too large. */
  send(data: unknown, to: string): void
  open(device: DeviceKind, opening: Opening): Promise<Opened>
  shut(device: DeviceKind): void
  mute(muted: boolean): void
  /** Shares a screen; false when the user thought better of it. */
  share(options: DisplayMediaStreamOptions | MediaStream): Promise<boolean>
  stopSharing(): void
  devices(): Promise<MediaDeviceInfo[]>
  setSpeaker(id: string): void
  /** getStats() of the connection; empty without one. */
  report(): Promise<unknown[]>
  /** Loudness by participant id, 0 to 1. */
  levels(): Promise<Record<string, number>>
  stopLevels(): void
  close(): void
}
