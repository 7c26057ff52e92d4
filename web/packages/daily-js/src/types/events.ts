import type {
  CpuLoadReason,
  CpuLoadState,
  DailyCallQualityTestResults,
  DailyNetworkStats,
  DailyParticipantsAudioLevel,
} from './measures'
import type {
  DailyAccessState,
  DailyParticipant,
  DailyParticipantCounts,
  DailyParticipantsObject,
  DailyWaitingParticipant,
} from './participants'
import type {
  DailyDeviceInfos,
  DailyInputSettings,
  DailyMeetingSession,
  DailyMeetingSessionState,
  DailyMeetingSessionSummary,
  DailyReceiveSettings,
  DailySendSettings,
  DailyThemeConfig,
  SidebarView,
} from './settings'

export type DailyMeetingState =
  | 'new'
  | 'loading'
  | 'loaded'
  | 'joining-meeting'
  | 'joined-meeting'
  | 'left-meeting'
  | 'error'

export type DailyCameraErrorType =
  | 'cam-in-use'
  | 'mic-in-use'
  | 'cam-mic-in-use'
  | 'permissions'
  | 'undefined-mediadevices'
  | 'not-found'
  | 'constraints'
  | 'unknown'

export type DailyFatalErrorType =
  | 'ejected'
  | 'nbf-room'
  | 'nbf-token'
  | 'exp-room'
  | 'exp-token'
  | 'no-room'
  | 'meeting-full'
  | 'end-of-life'
  | 'not-allowed'
  | 'connection-error'

export type DailyNonFatalErrorType =
  | 'input-settings-error'
  | 'screen-share-error'
  | 'local-audio-level-observer-error'
  | 'video-processor-error'
  | 'video-processor-warning'
  | 'audio-processor-error'
  | 'remote-media-player-error'
  | 'live-streaming-warning'
  | 'meeting-session-data-error'

type Media = 'video' | 'audio'

export interface DailyCameraError {
  msg: string
}
export interface DailyCamPermissionsError extends DailyCameraError {
  type: 'permissions'
  blockedBy: 'user' | 'browser'
  blockedMedia: Media[]
}
export interface DailyCamDeviceNotFoundError extends DailyCameraError {
  type: 'not-found'
  missingMedia: Media[]
}
export interface DailyCamConstraintsError extends DailyCameraError {
  type: 'constraints'
  reason: 'invalid' | 'none-specified'
  failedMedia: Media[]
}
export interface DailyCamInUseError extends DailyCameraError {
  type: 'cam-in-use' | 'mic-in-use' | 'cam-mic-in-use'
}
export interface DailyCamTypeError extends DailyCameraError {
  type: 'undefined-mediadevices'
}
export interface DailyCamUnknownError extends DailyCameraError {
  type: 'unknown'
}
export type DailyCameraErrorObject =
  | DailyCamPermissionsError
  | DailyCamDeviceNotFoundError
  | DailyCamConstraintsError
  | DailyCamInUseError
  | DailyCamTypeError
  | DailyCamUnknownError

export interface DailyFatalError {
  type: DailyFatalErrorType
  msg: string
}
export interface DailyFatalConnectionError extends DailyFatalError {
  type: 'connection-error'
  details: {
    on: 'load' | 'join' | 'reconnect' | 'move' | 'rtc-connection' | 'room-lookup'
    sourceError: Record<string, unknown>
    uri?: string
  }
}
export type DailyFatalErrorObject =
  | DailyFatalConnectionError
  | (DailyFatalError & { type: Exclude<DailyFatalErrorType, 'connection-error'>; details?: unknown })

/** What each event that visavis emits carries beside `action` and `callClientId`. */
export interface DailyEventPayloads {
  loading: object
  loaded: object
  'load-attempt-failed': { errorMsg: string }
  'joining-meeting': object
  'joined-meeting': { participants: DailyParticipantsObject }
  'left-meeting': object
  'call-instance-destroyed': object
  'access-state-updated': DailyAccessState
  'started-camera': object
  'camera-error': { errorMsg: { errorMsg: string; audioOk?: boolean; videoOk?: boolean }; error: DailyCameraErrorObject }
  'participant-joined': { participant: DailyParticipant }
  'participant-updated': { participant: DailyParticipant }
  'participant-left': { participant: DailyParticipant; reason?: 'hidden' }
  'participant-counts-updated': { participantCounts: DailyParticipantCounts }
  'track-started': { participant: DailyParticipant | null; track: MediaStreamTrack; type: string }
  'track-stopped': { participant: DailyParticipant | null; track: MediaStreamTrack; type: string }
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- programs read event.data.event_type without a cast
  'app-message': { data: any; fromId: string }
  'active-speaker-change': { activeSpeaker: { peerId: string } }
  'active-speaker-mode-change': { enabled: boolean }
  'network-quality-change': DailyNetworkStats
  'network-connection': { type: 'signaling' | 'peer-to-peer' | 'sfu'; event: string; session_id?: string; sfu_id?: string }
  'cpu-load-change': { cpuLoadState: CpuLoadState; cpuLoadStateReason: CpuLoadReason }
  'test-completed': { test: 'call-quality'; results: DailyCallQualityTestResults }
  'local-audio-level': { audioLevel: number }
  'remote-participants-audio-level': { participantsAudioLevel: DailyParticipantsAudioLevel }
  'local-screen-share-started': object
  'local-screen-share-stopped': object
  'local-screen-share-canceled': object
  'available-devices-updated': { availableDevices: MediaDeviceInfo[] }
  'selected-devices-updated': { devices: DailyDeviceInfos }
  'input-settings-updated': { inputSettings: DailyInputSettings }
  'receive-settings-updated': { receiveSettings: DailyReceiveSettings }
  'send-settings-updated': { sendSettings: DailySendSettings }
  'meeting-session-updated': { meetingSession: DailyMeetingSession }
  'meeting-session-summary-updated': { meetingSession: DailyMeetingSessionSummary }
  'meeting-session-state-updated': { meetingSessionState: DailyMeetingSessionState }
  'theme-updated': { theme: DailyThemeConfig }
  'lang-updated': { lang: 'en'; langSetting: 'en' }
  'show-local-video-changed': { show: boolean }
  'sidebar-view-changed': { view: SidebarView }
  fullscreen: object
  'exited-fullscreen': object
  error: { errorMsg: string; error?: DailyFatalErrorObject }
  'nonfatal-error': { type: DailyNonFatalErrorType; errorMsg: string; details?: unknown }
}

/** Events one may listen to that never come (docs/daily.md says why). */
export interface DailySilentPayloads {
  'recording-started': { local?: boolean; recordingId?: string; startedBy?: string; type?: string; instanceId?: string }
  'recording-stopped': { instanceId?: string }
  'recording-stats': object
  'recording-error': { errorMsg: string; instanceId?: string }
  'recording-upload-completed': object
  'recording-data': { data: Uint8Array; finished: boolean }
  'transcription-started': { instanceId: string; language: string; model: string; startedBy: string }
  'transcription-stopped': { instanceId: string; updatedBy: string }
  'transcription-error': { instanceId: string; errorMsg?: string }
  'transcription-message': { participantId: string; text: string; timestamp: Date; rawResponse: Record<string, unknown> }
  'face-counts-updated': { faceCounts: number }
  click: MouseLike
  mousedown: MouseLike
  mouseup: MouseLike
  mouseover: MouseLike
  mousemove: MouseLike
  touchstart: MouseLike
  touchmove: MouseLike
  touchend: MouseLike
  'live-streaming-started': { instanceId?: string }
  'live-streaming-updated': { state: 'connected' | 'interrupted'; instanceId?: string }
  'live-streaming-stopped': { instanceId?: string }
  'live-streaming-error': { errorMsg: string; instanceId?: string }
  'remote-media-player-started': { session_id: string; updatedBy: string }
  'remote-media-player-stopped': { session_id: string; updatedBy: string; reason: string }
  'remote-media-player-updated': { session_id: string; updatedBy: string }
  'waiting-participant-added': { participant: DailyWaitingParticipant }
  'waiting-participant-updated': { participant: DailyWaitingParticipant }
  'waiting-participant-removed': { participant: DailyWaitingParticipant }
  'custom-button-click': { button_id: string }
  'pip-started': object
  'pip-stopped': object
  'dialin-connected': Telephone
  'dialin-ready': { sipEndpoint: string; provider: string }
  'dialin-error': Telephone
  'dialin-stopped': Telephone
  'dialin-warning': Telephone
  'dialout-connected': Telephone
  'dialout-answered': Telephone
  'dialout-error': Telephone
  'dialout-stopped': Telephone
  'dialout-warning': Telephone
}

interface MouseLike {
  event: { type: string; [field: string]: unknown }
  participant: DailyParticipant
}
interface Telephone {
  sessionId: string
  errorMsg?: string
  provider?: string
}

type AllPayloads = DailyEventPayloads & DailySilentPayloads

export type DailyEvent = keyof AllPayloads

/** An event as a listener gets it. */
export type DailyEventObject<Name extends DailyEvent = DailyEvent> = {
  [Each in Name]: { action: Each; callClientId: string } & AllPayloads[Each]
}[Name]

export type DailyEventObjectNoPayload = DailyEventObject<
  'loading' | 'loaded' | 'joining-meeting' | 'left-meeting' | 'call-instance-destroyed'
>
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- as above
export type DailyEventObjectAppMessage<Data = any> = Omit<DailyEventObject<'app-message'>, 'data'> & { data: Data }
export type DailyEventObjectParticipants = DailyEventObject<'joined-meeting'>
export type DailyEventObjectParticipant = DailyEventObject<'participant-joined' | 'participant-updated'>
export type DailyEventObjectParticipantLeft = DailyEventObject<'participant-left'>
export type DailyEventObjectTrack = DailyEventObject<'track-started' | 'track-stopped'>
export type DailyEventObjectActiveSpeakerChange = DailyEventObject<'active-speaker-change'>
export type DailyEventObjectCameraError = DailyEventObject<'camera-error'>
export type DailyEventObjectFatalError = DailyEventObject<'error'>
export type DailyEventObjectNonFatalError = DailyEventObject<'nonfatal-error'>
export type DailyEventObjectNetworkQualityEvent = DailyEventObject<'network-quality-change'>
export type DailyEventObjectNetworkConnectionEvent = DailyEventObject<'network-connection'>
