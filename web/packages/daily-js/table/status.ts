/**
 * How much of each part of Daily's surface there is: a word, and where it is not simply done, what is missing or
 * why not. docs/daily.md is made of this (npx vitest run packages/daily-js/test/table.test.ts -u).
 */
export type Status = 'done' | ['partly' | 'never', string]
export type Statuses = Readonly<Record<string, Status>>

const never = (why: string): Status => ['never', why]
const partly = (what: string): Status => ['partly', what]

const RECORDING = 'The server records by `enable_recording`; a client cannot start it. No effect, one warning.'
const STREAMING = 'No live streaming. No effect, one warning.'
const TRANSCRIPTION = 'The conversation transcribes itself: `conversation.utterance` events. No effect, one warning.'
const TELEPHONE = 'No telephones. Rejects.'
const PLAYER = 'No media player in the room. Rejects.'
const KNOCKING = 'No waiting room: who knows the URL may come in.'
const QUALITY = 'There is no server to test against without a call; `testCallQuality` measures in one.'
const KEPT = 'Kept and given back; the page has no such part.'
const CUSTOM = 'One microphone, one camera and one screen each. Rejects.'

export const FACTORY: Statuses = {
  createCallObject: 'done',
  wrap: 'done',
  createFrame: 'done',
  createTransparentFrame: partly('The page in a frame over the whole window; it is not transparent.'),
  getCallInstance: 'done',
  supportedBrowser: partly('`supportsVideoProcessing` is false.'),
  version: 'done',
}

export const CALL: Statuses = {
  callClientId: 'done',
  properties: 'done',
  iframe: 'done',
  join: 'done',
  leave: 'done',
  destroy: 'done',
  isDestroyed: 'done',
  loadCss: never('The page takes themes, not style sheets. No effect.'),
  meetingState: 'done',
  accessState: 'done',
  participants: partly('In a frame without tracks, as with Daily. `owner` is false; others’ `userData` is not known.'),
  participantCounts: 'done',
  updateParticipant: partly('`setSubscribedTracks` for all tracks at once; one cannot mute, eject or permit others.'),
  updateParticipants: partly('As `updateParticipant`.'),
  waitingParticipants: partly(`Always empty. ${KNOCKING}`),
  updateWaitingParticipant: never(`${KNOCKING} Rejects.`),
  updateWaitingParticipants: never(`${KNOCKING} Rejects.`),
  requestAccess: partly(`Always granted. ${KNOCKING}`),
  localAudio: 'done',
  localVideo: 'done',
  setLocalAudio: 'done',
  setLocalVideo: 'done',
  localScreenAudio: 'done',
  localScreenVideo: 'done',
  updateScreenShare: partly('Not in a frame.'),
  getReceiveSettings: partly('What was set.'),
  updateReceiveSettings: partly('Kept and told of; everybody gets one picture, so there is no layer to choose.'),
  updateInputSettings: partly(
    'Constraints and custom tracks are used; `noise-cancellation` is the browser’s; video processors reject.',
  ),
  getInputSettings: 'done',
  updateCustomTrayButtons: never(KEPT),
  customTrayButtons: never(KEPT),
  setCustomIntegrations: never(KEPT),
  customIntegrations: never(KEPT),
  startCustomIntegrations: never(KEPT),
  stopCustomIntegrations: never(KEPT),
  setBandwidth: never('The call core limits the camera itself. No effect, one warning.'),
  getDailyLang: partly('The page speaks English.'),
  setDailyLang: never('The page speaks English. Tells `lang-updated`, no other effect.'),
  setProxyUrl: never('Clients speak to one server, at the URL of the conversation. No effect, one warning.'),
  setIceConfig: partly('`iceServers`, for the next join.'),
  getMeetingSession: 'done',
  meetingSessionSummary: 'done',
  meetingSessionState: partly('`data` is undefined.'),
  setMeetingSessionData: never('The server keeps no such data. Emits `nonfatal-error`; send an app message instead.'),
  setUserName: partly('Before joining others see it; in a call only this client does.'),
  setUserData: partly('Only this client sees it.'),
  startCamera: 'done',
  startLocalAudioLevelObserver: 'done',
  isLocalAudioLevelObserverRunning: 'done',
  stopLocalAudioLevelObserver: 'done',
  getLocalAudioLevel: 'done',
  startRemoteParticipantsAudioLevelObserver: 'done',
  isRemoteParticipantsAudioLevelObserverRunning: 'done',
  stopRemoteParticipantsAudioLevelObserver: 'done',
  getRemoteParticipantsAudioLevel: 'done',
  cycleCamera: partly('In the order of the list, whatever way cameras face.'),
  cycleMic: 'done',
  startCustomTrack: never(CUSTOM),
  stopCustomTrack: never(CUSTOM),
  setInputDevicesAsync: partly('A track as source not in a frame.'),
  setOutputDeviceAsync: partly('Kept and told of; daily-react’s DailyAudio plays there. The page in a frame does not.'),
  getInputDevices: 'done',
  preAuth: partly('Tokens are looked at when joining.'),
  load: 'done',
  startScreenShare: partly('`screenVideoSendSettings` has no effect; a stream of one’s own not in a frame.'),
  stopScreenShare: 'done',
  startRecording: never(RECORDING),
  updateRecording: never(RECORDING),
  stopRecording: never(RECORDING),
  startLiveStreaming: never(STREAMING),
  updateLiveStreaming: never(STREAMING),
  addLiveStreamingEndpoints: never(STREAMING),
  removeLiveStreamingEndpoints: never(STREAMING),
  stopLiveStreaming: never(STREAMING),
  startRemoteMediaPlayer: never(PLAYER),
  stopRemoteMediaPlayer: never(PLAYER),
  updateRemoteMediaPlayer: never(PLAYER),
  startTranscription: never(TRANSCRIPTION),
  updateTranscription: never(TRANSCRIPTION),
  stopTranscription: never(TRANSCRIPTION),
  testCallQuality: partly('In a call, at once, from what the call measures; before it the result is `failed`.'),
  stopTestCallQuality: 'done',
  testPeerToPeerCallQuality: never(`${QUALITY} Rejects.`),
  stopTestPeerToPeerCallQuality: never(`${QUALITY} No effect.`),
  testWebsocketConnectivity: never('Signalling needs no WebSocket. Rejects.'),
  abortTestWebsocketConnectivity: never('Signalling needs no WebSocket. No effect.'),
  testNetworkConnectivity: never(`${QUALITY} Rejects.`),
  abortTestNetworkConnectivity: never(`${QUALITY} No effect.`),
  testConnectionQuality: never(`${QUALITY} Rejects.`),
  stopTestConnectionQuality: never(`${QUALITY} No effect.`),
  getNetworkStats: 'done',
  getCpuLoadStats: partly('`scheduleDuration` is 0; Compute Pressure is used where the browser has it.'),
  updateSendSettings: partly('Kept and told of; the call core’s own limits for the camera hold.'),
  getSendSettings: partly('What was set.'),
  getActiveSpeaker: 'done',
  setActiveSpeakerMode: never('The page always shows the replica large. Tells `active-speaker-mode-change`.'),
  activeSpeakerMode: never('As `setActiveSpeakerMode`.'),
  subscribeToTracksAutomatically: 'done',
  setSubscribeToTracksAutomatically: 'done',
  enumerateDevices: 'done',
  sendAppMessage: 'done',
  addFakeParticipant: never('A help for Daily’s own tests. No effect, one warning.'),
  setShowNamesMode: never('The page always shows names. No effect.'),
  setShowLocalVideo: 'done',
  setShowParticipantsBar: never(KEPT),
  theme: 'done',
  setTheme: partly('All colours but `mainAreaText`.'),
  showLocalVideo: 'done',
  showParticipantsBar: never(KEPT),
  requestFullscreen: 'done',
  exitFullscreen: 'done',
  room: partly('`id`, `name`, the message limit and one’s name; other settings are not told to clients.'),
  geo: partly('`current` is empty: the server is where you put it.'),
  getNetworkTopology: 'done',
  setNetworkTopology: never('It is always `sfu`. Resolves with `error`.'),
  setPlayNewParticipantSound: never('The page makes no sounds of its own. No effect.'),
  getSidebarView: partly('The page has one side view, the developer panel.'),
  setSidebarView: partly('Any name opens the panel, null closes it.'),
  on: 'done',
  once: 'done',
  off: 'done',
  startDialOut: never(TELEPHONE),
  startDialIn: never(TELEPHONE),
  stopDialOut: never(TELEPHONE),
  sendDTMF: never(TELEPHONE),
  sipCallTransfer: never(TELEPHONE),
  sipRefer: never(TELEPHONE),
}

const KEPT_OPTION = 'Accepted, no effect.'

export const OPTIONS: Statuses = {
  url: 'done',
  token: partly('Goes as `Authorization: Bearer` with the offer, where the call itself runs; `?t=` in the URL works too.'),
  lang: never(KEPT_OPTION),
  activeSpeakerMode: never(KEPT_OPTION),
  showLeaveButton: 'done',
  showParticipantsBar: never(KEPT_OPTION),
  showLocalVideo: 'done',
  showFullscreenButton: 'done',
  showUserNameChangeUI: never(KEPT_OPTION),
  iframeStyle: 'done',
  customIntegrations: never(KEPT_OPTION),
  customLayout: never(KEPT_OPTION),
  customTrayButtons: never(KEPT_OPTION),
  bodyClass: never(KEPT_OPTION),
  cssFile: never(KEPT_OPTION),
  cssText: never(KEPT_OPTION),
  dailyConfig: partly('`iceConfig.iceServers`, `userMediaAudioConstraints`, `userMediaVideoConstraints`; and our `maxAppMessageSize`.'),
  subscribeToTracksAutomatically: 'done',
  videoSource: partly('A track not in a frame.'),
  audioSource: partly('A track not in a frame.'),
  theme: partly('As `setTheme`.'),
  layoutConfig: never(KEPT_OPTION),
  receiveSettings: partly('As `updateReceiveSettings`.'),
  sendSettings: partly('As `updateSendSettings`.'),
  inputSettings: partly('As `updateInputSettings`.'),
  userName: 'done',
  userData: partly('As `setUserData`.'),
  startVideoOff: 'done',
  startAudioOff: 'done',
  aboutClient: never(KEPT_OPTION),
}

/** Events that never come, by what they would tell of; all others do. */
const SILENT: readonly [RegExp, string][] = [
  [/^recording-/, 'A client cannot start recording.'],
  [/^transcription-/, 'Utterances come as app messages.'],
  [/^live-streaming-/, 'No live streaming.'],
  [/^remote-media-player-/, 'No media player.'],
  [/^dial/, 'No telephones.'],
  [/^waiting-participant-/, 'No waiting room.'],
  [/^(click|mouse|touch)/, 'The page in a frame does not tell of the pointer.'],
  [/^pip-/, 'The page has no picture in picture.'],
  [/^face-counts/, 'No video processing.'],
  [/^custom-button/, 'No custom buttons.'],
]

export function eventStatus(event: string): Status {
  const silent = SILENT.find(([pattern]) => pattern.test(event))
  return silent ? never(silent[1]) : 'done'
}

/** Error types, by when they come. */
export const FATAL: Readonly<Record<string, string>> = {
  'no-room': 'There is no conversation at the URL, or it has ended.',
  'exp-room': 'A server that tells apart what has ended.',
  'meeting-full': 'The room or the server is full.',
  'not-allowed': 'The token is missing or wrong.',
  'connection-error': 'The server cannot be reached, or the call was lost and did not come back.',
  ejected: 'The conversation ended under the call: `errorMsg` is `Meeting has ended`, `left-meeting` follows.',
}
export const CAMERA: Readonly<Record<string, string>> = {
  permissions: 'The user (`blockedBy: user`) or the embedding page (`browser`) does not allow it.',
  'not-found': 'There is no such device, or it was unplugged.',
  'cam-in-use': 'Another program has the camera.',
  'mic-in-use': 'Another program has the microphone.',
  'cam-mic-in-use': 'Another program has both.',
  'undefined-mediadevices': 'The page is not served over HTTPS.',
  unknown: 'Anything else.',
}
