/** What others see of a participant, in Daily's shapes (docs/daily.md). */

export type DailyTrackSubscriptionState = boolean | 'staged'

export interface DailyTrackState {
  subscribed: DailyTrackSubscriptionState
  state: 'blocked' | 'off' | 'sendable' | 'loading' | 'interrupted' | 'playable'
  blocked?: { byDeviceMissing?: boolean; byDeviceInUse?: boolean; byPermissions?: boolean }
  off?: {
    byUser?: boolean
    byRemoteRequest?: boolean
    byBandwidth?: boolean
    byCanSendPermission?: boolean
    byServerLimit?: boolean
  }
  /** Only while it can be played. */
  track?: MediaStreamTrack
  persistentTrack?: MediaStreamTrack
}

export interface DailyParticipantTracks {
  audio: DailyTrackState
  video: DailyTrackState
  screenAudio: DailyTrackState
  screenVideo: DailyTrackState
  rmpAudio?: DailyTrackState
  rmpVideo?: DailyTrackState
  [custom: string]: DailyTrackState | undefined
}

type MediaKind = 'video' | 'audio' | 'screenVideo' | 'screenAudio'
export type DailyParticipantPermissionsCanSendValues = MediaKind | 'customVideo' | 'customAudio'
export type DailyParticipantPermissionsCanAdminValues = 'participants' | 'streaming' | 'transcription'

export type DailyParticipantCanReceiveMediaPermissionFull = Record<MediaKind, boolean> &
  Record<'customVideo' | 'customAudio', { '*': boolean; [name: string]: boolean }>
export type DailyParticipantCanReceiveMediaPermissionPartial = Partial<Record<MediaKind, boolean>> &
  Partial<Record<'customVideo' | 'customAudio', { [name: string]: boolean }>>

interface ReceiveExceptions {
  [id: string]: DailyParticipantCanReceiveMediaPermissionPartial | boolean
}

export interface DailyParticipantCanReceivePermission {
  base: DailyParticipantCanReceiveMediaPermissionFull | boolean
  byUserId?: ReceiveExceptions
  byParticipantId?: ReceiveExceptions
}

export interface DailyParticipantPermissions {
  hasPresence: boolean
  canSend: Set<DailyParticipantPermissionsCanSendValues> | boolean
  canReceive: DailyParticipantCanReceivePermission
  canAdmin: Set<DailyParticipantPermissionsCanAdminValues> | boolean
}

type Choice<Value> = Value[] | Set<Value> | boolean

export interface DailyParticipantPermissionsUpdate {
  hasPresence?: boolean
  canSend?: Choice<DailyParticipantPermissionsCanSendValues>
  canReceive?: Partial<DailyParticipantCanReceivePermission>
  canAdmin?: Choice<DailyParticipantPermissionsCanAdminValues>
}

export interface DailyVideoElementInfo {
  width: number
  height: number
  left: number
  top: number
  video_width: number
  video_height: number
}

export interface DailyParticipant {
  session_id: string
  user_id: string
  user_name: string
  userData?: unknown
  joined_at?: Date
  local: boolean
  owner: boolean
  record: boolean
  permissions: DailyParticipantPermissions
  tracks: DailyParticipantTracks
  /** The older names of the tracks' states. */
  audio: boolean
  video: boolean
  screen: boolean
  audioTrack?: MediaStreamTrack | false
  videoTrack?: MediaStreamTrack | false
  screenVideoTrack?: MediaStreamTrack | false
  screenAudioTrack?: MediaStreamTrack | false
  networkQualityState?: 'good' | 'warning' | 'bad' | 'unknown'
  networkThreshold?: 'good' | 'low' | 'very-low'
  will_eject_at: Date
  participantType?: 'remote-media-player' | 'sip-dial-in' | 'sip-dial-out' | 'pstn-dial-in' | 'pstn-dial-out' | 'unknown'
  cam_info: Record<string, never> | DailyVideoElementInfo
  screen_info: Record<string, never> | DailyVideoElementInfo
}

export interface DailyParticipantsObject {
  local: DailyParticipant
  [id: string]: DailyParticipant
}

export interface DailyParticipantCounts {
  present: number
  hidden: number
}

export interface DailyWaitingParticipant {
  id: string
  name: string
  awaitingAccess: SpecifiedDailyAccess
}

export type SpecifiedDailyAccess = { level: 'none' | 'lobby' | 'full' }
export type DailyAccess = 'unknown' | SpecifiedDailyAccess

export interface DailyAccessState {
  access: DailyAccess
  awaitingAccess?: SpecifiedDailyAccess
}

export interface DailyAccessRequest {
  access?: { level: 'full' }
  name: string
}

export interface DailyParticipantUpdateOptions {
  setAudio?: boolean
  setVideo?: boolean
  setScreenShare?: false
  setSubscribedTracks?:
    | DailyTrackSubscriptionState
    | 'avatar'
    | (Partial<Record<MediaKind, DailyTrackSubscriptionState>> & {
        custom?: DailyTrackSubscriptionState | { [name: string]: DailyTrackSubscriptionState }
      })
  eject?: true
  updatePermissions?: DailyParticipantPermissionsUpdate
  styles?: object
}
