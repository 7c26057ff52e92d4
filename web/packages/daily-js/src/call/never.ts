import type { DailyUnusedOptions, DailyTranscriptionDeepgramOptions } from '../types/settings'
import { DailyEvents } from './events'

const unsupported = (method: string): Error =>
  new Error(`${method}() is not supported by visavis (docs/daily.md says why and what to do instead)`)

/** Says once in the console that a method had no effect. */
function noEffect(method: string): void {
  if (said.has(method)) return
  said.add(method)
  console.warn(unsupported(method).message)
}
const said = new Set<string>()

const refused = (method: string): Promise<never> => Promise.reject(unsupported(method))

/**
 * What visavis never does for a client: a method that would return a promise rejects, one that returns nothing
 * does nothing and warns once. docs/daily.md gives each its reason.
 */
export class NeverMethods extends DailyEvents {
  startRecording(_options?: DailyUnusedOptions): void {
    noEffect('startRecording')
  }

  updateRecording(_options: DailyUnusedOptions): void {
    noEffect('updateRecording')
  }

  stopRecording(_options?: DailyUnusedOptions): void {
    noEffect('stopRecording')
  }

  startLiveStreaming(_options: DailyUnusedOptions): void {
    noEffect('startLiveStreaming')
  }

  updateLiveStreaming(_options: DailyUnusedOptions): void {
    noEffect('updateLiveStreaming')
  }

  addLiveStreamingEndpoints(_options: DailyUnusedOptions): void {
    noEffect('addLiveStreamingEndpoints')
  }

  removeLiveStreamingEndpoints(_options: DailyUnusedOptions): void {
    noEffect('removeLiveStreamingEndpoints')
  }

  stopLiveStreaming(_options?: DailyUnusedOptions): void {
    noEffect('stopLiveStreaming')
  }

  startTranscription(_options?: DailyTranscriptionDeepgramOptions): void {
    noEffect('startTranscription')
  }

  updateTranscription(_options: DailyUnusedOptions): void {
    noEffect('updateTranscription')
  }

  stopTranscription(_options?: DailyUnusedOptions): void {
    noEffect('stopTranscription')
  }

  startRemoteMediaPlayer(_options: DailyUnusedOptions): Promise<never> {
    return refused('startRemoteMediaPlayer')
  }

  stopRemoteMediaPlayer(_sessionId: string): Promise<never> {
    return refused('stopRemoteMediaPlayer')
  }

  updateRemoteMediaPlayer(_options: DailyUnusedOptions): Promise<never> {
    return refused('updateRemoteMediaPlayer')
  }

  startDialOut(_options: DailyUnusedOptions): Promise<never> {
    return refused('startDialOut')
  }

  startDialIn(_options: DailyUnusedOptions): Promise<never> {
    return refused('startDialIn')
  }

  stopDialOut(_options: DailyUnusedOptions): Promise<never> {
    return refused('stopDialOut')
  }

  sendDTMF(_options: DailyUnusedOptions): Promise<never> {
    return refused('sendDTMF')
  }

  sipCallTransfer(_options: DailyUnusedOptions): Promise<never> {
    return refused('sipCallTransfer')
  }

  sipRefer(_options: DailyUnusedOptions): Promise<never> {
    return refused('sipRefer')
  }

  startCustomTrack(_properties: DailyUnusedOptions): Promise<never> {
    return refused('startCustomTrack')
  }

  stopCustomTrack(_trackName: string): Promise<never> {
    return refused('stopCustomTrack')
  }

  testPeerToPeerCallQuality(_options: DailyUnusedOptions): Promise<never> {
    return refused('testPeerToPeerCallQuality')
  }

  stopTestPeerToPeerCallQuality(): void {
    noEffect('stopTestPeerToPeerCallQuality')
  }

  testConnectionQuality(_options: DailyUnusedOptions): Promise<never> {
    return refused('testConnectionQuality')
  }

  stopTestConnectionQuality(): void {
    noEffect('stopTestConnectionQuality')
  }

  testWebsocketConnectivity(): Promise<never> {
    return refused('testWebsocketConnectivity')
  }

  abortTestWebsocketConnectivity(): void {
    noEffect('abortTestWebsocketConnectivity')
  }

  testNetworkConnectivity(_videoTrack: MediaStreamTrack): Promise<never> {
    return refused('testNetworkConnectivity')
  }

  abortTestNetworkConnectivity(): void {
    noEffect('abortTestNetworkConnectivity')
  }

  addFakeParticipant(_details?: { aspectRatio: number }): this {
    noEffect('addFakeParticipant')
    return this
  }

  setProxyUrl(_proxyUrl?: string): this {
    noEffect('setProxyUrl')
    return this
  }

  setBandwidth(_bandwidth: DailyUnusedOptions): this {
    noEffect('setBandwidth')
    return this
  }

  setNetworkTopology(_options: { topology: 'sfu' | 'peer' }): Promise<{ workerId?: string; error?: string }> {
    return Promise.resolve({ error: 'The topology is always sfu.' })
  }

  /** There is no waiting room: everybody who knows the URL may come in. */
  waitingParticipants(): Record<string, never> {
    return {}
  }

  updateWaitingParticipant(_id: string, _updates: DailyUnusedOptions): Promise<never> {
    return refused('updateWaitingParticipant')
  }

  updateWaitingParticipants(_updates: DailyUnusedOptions): Promise<never> {
    return refused('updateWaitingParticipants')
  }
}
