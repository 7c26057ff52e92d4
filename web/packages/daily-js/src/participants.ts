import type { LineParticipant, LineTrack } from './line/line'
import type { DailyParticipant, DailyParticipantsObject, DailyTrackState } from './types/participants'

/** Daily's names of the tracks. */
export const TRACK_TYPES = { audio: 'microphone', video: 'camera', screenAudio: 'screen-audio', screenVideo: 'screen' } as const
export type TrackType = keyof typeof TRACK_TYPES

/** What only this client knows about participants. */
export interface Notes {
  /** One's own name and data, as the application set them. */
  readonly userName: string
  readonly userData: unknown
  /** One's own id before the room gave one. */
  readonly placeholder: string
  /** Whether tracks of this participant are taken. */
  readonly subscribed: (id: string) => boolean | 'staged'
}

/** One participant in Daily's shape; a new object each time. */
export function asDaily(participant: LineParticipant, notes: Notes): DailyParticipant {
  const { local } = participant
  const subscribed = local ? true : notes.subscribed(participant.id)
  const track = (type: TrackType): DailyTrackState => trackState(participant.tracks[TRACK_TYPES[type]], subscribed)
  const tracks = {
    audio: track('audio'),
    video: track('video'),
    screenAudio: track('screenAudio'),
    screenVideo: track('screenVideo'),
  }
  return {
    session_id: participant.id || notes.placeholder,
    user_id: participant.userId || participant.id || notes.placeholder,
    user_name: (local && notes.userName) || participant.userName,
    ...(local && notes.userData !== undefined ? { userData: notes.userData } : {}),
    ...(participant.joinedAt > 0 ? { joined_at: new Date(participant.joinedAt * 1000) } : {}),
    local,
    owner: false,
    record: false,
    permissions: { hasPresence: true, canSend: true, canReceive: { base: true }, canAdmin: false },
    tracks,
    audio: isOn(tracks.audio),
    video: isOn(tracks.video),
    screen: isOn(tracks.screenVideo),
    audioTrack: tracks.audio.track ?? false,
    videoTrack: tracks.video.track ?? false,
    screenVideoTrack: tracks.screenVideo.track ?? false,
    screenAudioTrack: tracks.screenAudio.track ?? false,
    will_eject_at: new Date(0),
    cam_info: {},
    screen_info: {},
  }
}

/** Everybody, oneself under `local`. Before there is anything to say of oneself it is empty, as Daily's is. */
export function asParticipants(people: Iterable<DailyParticipant>): DailyParticipantsObject {
  const found: Record<string, DailyParticipant> = {}
  for (const person of people) found[person.local ? 'local' : person.session_id] = person
  return found as DailyParticipantsObject
}

/** Equal for two states of a participant that no listener can tell apart. */
export function fingerprint(participant: LineParticipant): string {
  return JSON.stringify(participant, (_, value: unknown) => (value instanceof MediaStreamTrack ? value.id : value))
}

function trackState(from: LineTrack, subscribed: boolean | 'staged'): DailyTrackState {
  const kept = from.track ? { persistentTrack: from.track } : {}
  if (from.state === 'off') return { subscribed, state: 'off', off: { byUser: true }, ...kept }
  if (from.state === 'blocked') return { subscribed, state: 'blocked', blocked: blockedBy(from) }
  if (subscribed !== true) return { subscribed, state: 'sendable' }
  if (from.state === 'loading') return { subscribed, state: 'loading', ...kept }
  return { subscribed, state: 'playable', ...kept, ...(from.track ? { track: from.track } : {}) }
}

function blockedBy({ problem }: LineTrack): NonNullable<DailyTrackState['blocked']> {
  if (problem === 'missing' || problem === 'disconnected') return { byDeviceMissing: true }
  if (problem === 'busy') return { byDeviceInUse: true }
  return { byPermissions: true }
}

function isOn({ state }: DailyTrackState): boolean {
  return state !== 'off' && state !== 'blocked'
}

