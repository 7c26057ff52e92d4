/* eslint-disable @typescript-eslint/no-deprecated -- every hook is used here, those that are going away too */
import * as dailyReact from '@daily-co/daily-react'
import { useState } from 'react'
import { show } from './shown'

/** All hooks that daily-react exports. */
export const hookNames = Object.keys(dailyReact).filter((name) => name.startsWith('use'))

/** What the test has the application do. */
export interface Acts {
  echo(text: string): void
  blur(): Promise<void>
  quiet(): Promise<void>
  lowest(): void
  send(): void
  share(): void
  stopSharing(): void
  record(): void
  transcribe(): void
  stream(): void
  microphone(id: string): Promise<void>
  leave(): Promise<void>
}

/** Calls every hook and shows what each returns. */
export function useEveryHook(replica: string): Acts {
  const daily = dailyReact.useDaily()
  const [track, setTrack] = useState<MediaStreamTrack>()
  const local = dailyReact.useLocalSessionId()
  const sendAppMessage = dailyReact.useAppMessage({ onAppMessage: ({ data }) => show('useAppMessage', data) })
  const devices = dailyReact.useDevices()
  const screen = dailyReact.useScreenShare()
  const input = dailyReact.useInputSettings()
  const receive = dailyReact.useReceiveSettings({ id: replica })
  const send = dailyReact.useSendSettings()
  const recording = dailyReact.useRecording()
  const streaming = dailyReact.useLiveStreaming()
  const transcription = dailyReact.useTranscription()
  const audio = dailyReact.useAudioTrack(replica)
  dailyReact.useAudioLevel(track, (volume) => show('useAudioLevel', volume))
  if (audio.persistentTrack && audio.persistentTrack !== track) setTrack(audio.persistentTrack)
  dailyReact.useDailyEvent('network-quality-change', ({ networkState }) => show('useDailyEvent', networkState))
  dailyReact.useThrottledDailyEvent('participant-updated', (events) => show('useThrottledDailyEvent', events.length))

  show('useDaily', daily !== null)
  show('useLocalSessionId', local)
  show('useActiveParticipant', dailyReact.useActiveParticipant()?.user_id)
  show('useActiveSpeakerId', dailyReact.useActiveSpeakerId())
  show('useDevices', { mic: devices.micState, cam: devices.camState, cameras: devices.cameras.length, current: devices.currentMic?.device.deviceId })
  show('useScreenShare', { sharing: screen.isSharingScreen, screens: screen.screens.length })
  show('useInputSettings', input.inputSettings)
  show('useReceiveSettings', receive.receiveSettings)
  show('useSendSettings', send.sendSettings)
  show('useRecording', recording.isRecording)
  show('useLiveStreaming', streaming.isLiveStreaming)
  show('useTranscription', transcription.isTranscribing)
  show('useAudioTrack', audio.state)
  show('useVideoTrack', dailyReact.useVideoTrack(replica).state)
  show('useMediaTrack', dailyReact.useMediaTrack(local, 'audio').state)
  show('useScreenAudioTrack', dailyReact.useScreenAudioTrack(replica).state)
  show('useScreenVideoTrack', dailyReact.useScreenVideoTrack(local).state)
  show('useCPULoad', dailyReact.useCPULoad({}).state)
  show('useDailyError', dailyReact.useDailyError().meetingError)
  show('useDialin', dailyReact.useDialin({}).isReady)
  show('useDialOut', Object.keys(dailyReact.useDialOut({}).sessions).length)
  show('useLiveStreamingInstances', dailyReact.useLiveStreamingInstances().length)
  show('useRecordingInstances', dailyReact.useRecordingInstances().length)
  show('useLocalParticipant', dailyReact.useLocalParticipant()?.user_name)
  show('useMeetingSessionState', dailyReact.useMeetingSessionState({}).topology)
  show('useMeetingSessionSummary', dailyReact.useMeetingSessionSummary()?.id)
  show('useMeetingState', dailyReact.useMeetingState())
  show('useNetwork', dailyReact.useNetwork())
  show('useParticipant', dailyReact.useParticipant(replica)?.user_id)
  show('useParticipantCounts', dailyReact.useParticipantCounts())
  show('useParticipantIds', dailyReact.useParticipantIds())
  show('useParticipantProperty', dailyReact.useParticipantProperty(replica, 'user_name'))
  show('usePermissions', dailyReact.usePermissions(local).hasPresence)
  show('useRoom', dailyReact.useRoom()?.id)
  show('useRoomExp', dailyReact.useRoomExp({}).ejectDate)
  show('useWaitingParticipants', dailyReact.useWaitingParticipants().waitingParticipants.length)

  return {
    echo: (text) => sendAppMessage({ message_type: 'conversation', event_type: 'conversation.echo', properties: { text } }, '*'),
    blur: async () => {
      await input.updateInputSettings({ video: { processor: { type: 'background-blur', config: { strength: 0.5 } } } })
    },
    quiet: async () => {
      await input.updateInputSettings({ audio: { processor: { type: 'noise-cancellation' } } })
    },
    lowest: () => receive.updateReceiveSettings({ base: { video: { layer: 0 } } }),
    send: () => void send.updateSendSettings({ video: 'bandwidth-optimized' }),
    share: () => screen.startScreenShare(),
    stopSharing: () => screen.stopScreenShare(),
    record: () => recording.startRecording(),
    transcribe: () => transcription.startTranscription(),
    stream: () => streaming.startLiveStreaming({}),
    microphone: (id) => Promise.resolve(devices.setMicrophone(id)),
    leave: () => daily?.leave() ?? Promise.resolve(),
  }
}
