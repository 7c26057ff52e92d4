/** Options of a call, in Daily's shapes. */

export type DailyLanguage =
  | 'cs' | 'da' | 'de' | 'en' | 'es' | 'fi' | 'fr' | 'it' | 'jp' | 'ka'
  | 'nl' | 'no' | 'pl' | 'pt' | 'pt-BR' | 'ru' | 'sk' | 'sv' | 'tr'
export type DailyLanguageSetting = DailyLanguage | 'user'

export interface DailyThemeColors {
  accent?: string
  accentText?: string
  background?: string
  backgroundAccent?: string
  baseText?: string
  border?: string
  mainAreaBg?: string
  mainAreaBgAccent?: string
  mainAreaText?: string
  supportiveText?: string
}

export interface DailyTheme {
  colors: DailyThemeColors
}
export type DailyThemeConfig = DailyTheme | { light: DailyTheme; dark: DailyTheme }

export interface DailyIceConfig {
  iceServers?: RTCIceServer[]
  placement?: 'front' | 'back' | 'replace'
  iceTransportPolicy?: RTCIceTransportPolicy
}

/** Daily's settings for experts; of its own, the first three have an effect. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- Daily declares each its own type; here none is read
export interface DailyAdvancedConfig extends Partial<Record<IdleSetting, any>> {
  userMediaAudioConstraints?: MediaTrackConstraints
  userMediaVideoConstraints?: MediaTrackConstraints
  iceConfig?: DailyIceConfig
  /**
   * visavis only: the most characters of JSON that sendAppMessage takes. Left out, 4096 as with Daily; the
   * channel carries 261120 bytes.
   */
  maxAppMessageSize?: number
}

/** Accepted, without effect here. */
type IdleSetting =
  | 'alwaysIncludeCamInPermissionPrompt'
  | 'alwaysIncludeMicInPermissionPrompt'
  | 'avoidEval'
  | 'bundlePathOverride'
  | 'callObjectBundleUrlOverride'
  | 'camSimulcastEncodings'
  | 'disableSimulcast'
  | 'enableIndependentDevicePermissionPrompts'
  | 'fastConnect'
  | 'h264Profile'
  | 'keepCamIndicatorLightOn'
  | 'micAudioMode'
  | 'noAutoDefaultDeviceChange'
  | 'preferH264'
  | 'preferH264ForCam'
  | 'preferH264ForScreenSharing'
  | 'proxyUrl'
  | 'screenSimulcastEncodings'
  | 'useDevicePreferenceCookies'
  | 'useLegacyVideoProcessor'
  | 'v2CamAndMic'

export interface DailyCustomTrackSettings {
  customTrack: MediaStreamTrack
}

export interface DailyInputAudioProcessorSettings {
  type: 'none' | 'noise-cancellation'
}

export interface DailyInputAudioSettings {
  processor?: DailyInputAudioProcessorSettings
  settings?: MediaTrackConstraints | DailyCustomTrackSettings
}

export type DailyInputVideoProcessorSettings =
  | { type: 'none' }
  | { type: 'face-detection' }
  | { type: 'background-blur'; config: { strength?: number } }
  | { type: 'background-image'; config: { url?: string; source?: string | number | ArrayBuffer } }

export interface DailyInputVideoSettings {
  processor?: DailyInputVideoProcessorSettings
  settings?: MediaTrackConstraints | DailyCustomTrackSettings
}

export interface DailyInputSettings {
  audio?: DailyInputAudioSettings
  video?: DailyInputVideoSettings
}

export interface DailyVideoReceiveSettings {
  layer?: number
}
export interface DailySingleParticipantReceiveSettings {
  video?: DailyVideoReceiveSettings
  screenVideo?: DailyVideoReceiveSettings
  [custom: string]: DailyVideoReceiveSettings | undefined
}
export interface DailyReceiveSettings {
  [participantIdOrBase: string]: DailySingleParticipantReceiveSettings
}
type Inherited = { layer?: number | 'inherit' } | 'inherit'
export interface DailySingleParticipantReceiveSettingsUpdates {
  video?: Inherited
  screenVideo?: Inherited
  [custom: string]: Inherited | undefined
}
export interface DailyReceiveSettingsUpdates {
  [participantIdOrBaseOrStar: string]: DailySingleParticipantReceiveSettingsUpdates | 'inherit'
}

export type DailyVideoSendSettingsPreset =
  | 'default-video'
  | 'bandwidth-optimized'
  | 'bandwidth-and-quality-balanced'
  | 'quality-optimized'
  | 'adaptive-2-layers'
  | 'adaptive-3-layers'
export type DailyScreenVideoSendSettingsPreset =
  | 'default-screen-video'
  | 'detail-optimized'
  | 'motion-optimized'
  | 'motion-and-detail-balanced'
export interface DailyVideoSendSettings {
  maxQuality?: 'low' | 'medium' | 'high'
  encodings?: { low: RTCRtpEncodingParameters; medium?: RTCRtpEncodingParameters; high?: RTCRtpEncodingParameters }
}
export interface DailyCamVideoSendSettings extends DailyVideoSendSettings {
  allowAdaptiveLayers?: boolean
}
export interface DailySendSettings {
  video?: DailyCamVideoSendSettings | DailyVideoSendSettingsPreset
  customVideoDefaults?: DailyVideoSendSettings | DailyVideoSendSettingsPreset
  screenVideo?: DailyVideoSendSettings | DailyScreenVideoSendSettingsPreset
  [custom: string]:
    | DailyCamVideoSendSettings
    | DailyVideoSendSettings
    | DailyVideoSendSettingsPreset
    | DailyScreenVideoSendSettingsPreset
    | undefined
}

export interface DailyCustomTrayButton {
  iconPath: string
  iconPathDarkMode?: string
  label: string
  tooltip: string
  visualState?: 'default' | 'sidebar-open' | 'active'
}
export interface DailyCustomTrayButtons {
  [id: string]: DailyCustomTrayButton
}
export interface DailyCustomIntegrations {
  [id: string]: { label: string; location: 'main' | 'sidebar' }
}

export interface DailyCallOptions {
  url?: string
  token?: string
  userName?: string
  userData?: unknown
  startVideoOff?: boolean
  startAudioOff?: boolean
  videoSource?: string | MediaStreamTrack | boolean
  audioSource?: string | MediaStreamTrack | boolean
  inputSettings?: DailyInputSettings
  receiveSettings?: DailyReceiveSettings
  sendSettings?: DailySendSettings
  subscribeToTracksAutomatically?: boolean
  dailyConfig?: DailyAdvancedConfig
  lang?: DailyLanguageSetting
  activeSpeakerMode?: boolean
  showLeaveButton?: boolean
  showParticipantsBar?: boolean
  showLocalVideo?: boolean
  showFullscreenButton?: boolean
  showUserNameChangeUI?: boolean
  iframeStyle?: Partial<CSSStyleDeclaration>
  theme?: DailyThemeConfig
  customIntegrations?: DailyCustomIntegrations
  customLayout?: boolean
  customTrayButtons?: DailyCustomTrayButtons
  layoutConfig?: { grid?: { maxTilesPerPage?: number; minTilesPerPage?: number } }
  bodyClass?: string
  cssFile?: string
  cssText?: string
  aboutClient?: Record<string, string>
}

export interface DailyLoadOptions extends DailyCallOptions {
  baseUrl?: string
}

export interface DailyFactoryOptions extends DailyCallOptions {
  allowMultipleCallInstances?: boolean
  strictMode?: boolean
}

export interface DailyMediaDeviceInfo extends MediaDeviceInfo {
  facing?: 'user' | 'environment' | undefined
}

export interface DailyDeviceInfos {
  camera: object | DailyMediaDeviceInfo
  mic: object | MediaDeviceInfo
  speaker: object | MediaDeviceInfo
}

export interface DailyStartScreenShareOptions {
  displayMediaOptions?: DisplayMediaStreamOptions
  mediaStream?: MediaStream
  screenVideoSendSettings?: DailyVideoSendSettings | DailyScreenVideoSendSettingsPreset
}

export interface DailyBrowserInfo {
  supported: boolean
  mobile: boolean
  name: string
  version: string
  supportsFullscreen: boolean
  supportsScreenShare: boolean
  supportsSfu: boolean
  supportsVideoProcessing: boolean
  supportsAudioProcessing: boolean
}

export interface DailyPendingRoomInfo {
  roomUrlPendingJoin: string
}

export interface DailyRoomInfo {
  id: string
  name: string
  config: { exp?: number; nbf?: number; max_participants?: number; audio_only?: boolean; [setting: string]: unknown }
  domainConfig: { max_app_message_size?: number; [setting: string]: unknown }
  tokenConfig: { is_owner?: boolean; user_name?: string; user_id?: string; exp?: number; [setting: string]: unknown }
  dialInPIN?: string
}

export interface DailyMeetingSession {
  id: string
}
export interface DailyMeetingSessionSummary {
  id: string
}
export type DailyNetworkTopology = 'sfu' | 'peer'
export interface DailyMeetingSessionState {
  data: unknown
  topology: DailyNetworkTopology | 'none'
}
export type DailySessionDataMergeStrategy = 'replace' | 'shallow-merge'
export type SidebarView = string | null

type StreamingLayout<Preset extends string> = { preset: Preset; [option: string]: unknown }
/** Layouts of recordings and live streams, which visavis does not make. */
export type DailyStreamingLayoutConfig = StreamingLayout<
  | 'default'
  | 'single-participant'
  | 'active-participant'
  | 'portrait'
  | 'audio-only'
  | 'raw-tracks-audio-only'
  | 'custom'
>

/** Options of what visavis does not do: recording, streaming, transcription by others, telephones. */
export type DailyUnusedOptions = object
export interface DailyTranscriptionDeepgramOptions {
  language?: string
  model?: string
  [option: string]: unknown
}
