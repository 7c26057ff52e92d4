import type { DeviceKind } from '@visavis/call'
import type { Change } from '../changes'
import type { Line, Opening } from '../line/line'
import type { Trouble } from '../problems'
import type {
  DailyCallOptions,
  DailyDeviceInfos,
  DailyFactoryOptions,
  DailyInputSettings,
  DailyMediaDeviceInfo,
  DailyStartScreenShareOptions,
} from '../types/settings'
import { Meeting } from './meeting'

type Source = string | MediaStreamTrack | boolean | null | undefined

interface InputDevices {
  audioDeviceId?: string | false | null
  audioSource?: MediaStreamTrack | false
  videoDeviceId?: string | false | null
  videoSource?: MediaStreamTrack | false
}

/** One's own microphone, camera and screen. */
export abstract class Devices extends Meeting {
  #inputSettings: DailyInputSettings = {}
  #selected = ''
  readonly #chosen: Record<DeviceKind, Source> = { audio: undefined, video: undefined }

  constructor(line: Line, properties: DailyFactoryOptions) {
    super(line, properties)
    line.on('view', () => this.#tellSelected())
    if (typeof navigator === 'undefined' || !window.isSecureContext) return
    navigator.mediaDevices.addEventListener('devicechange', this.#onDeviceChange)
  }

  localAudio(): boolean {
    return this.local()?.audio ?? false
  }

  localVideo(): boolean {
    return this.local()?.video ?? false
  }

  localScreenAudio(): boolean {
    return this.local()?.tracks.screenAudio.state === 'playable'
  }

  localScreenVideo(): boolean {
    return this.local()?.tracks.screenVideo.state === 'playable'
  }

  /** Off keeps the microphone, so that on is instant; `forceDiscardTrack` gives it back. */
  setLocalAudio(enabled: boolean, options?: { forceDiscardTrack: boolean }): this {
    const open = this.local()?.tracks.audio.persistentTrack !== undefined || this.#isOpen('microphone')
    if (!enabled && options?.forceDiscardTrack) this.line.shut('audio')
    else if (open) this.line.mute(!enabled)
    else if (enabled) void this.openAndReport('audio')
    return this
  }

  setLocalVideo(enabled: boolean): this {
    if (!enabled) this.line.shut('video')
    else if (!this.localVideo()) void this.openAndReport('video')
    return this
  }

  /** Opens devices before joining, for a lobby. */
  async startCamera(properties: DailyCallOptions = {}): Promise<DailyDeviceInfos> {
    this.properties = { ...this.properties, ...properties }
    if (this.properties.url) await this.load()
    this.showSelf()
    await this.openDevices()
    return this.getInputDevices()
  }

  async setInputDevicesAsync(devices: InputDevices): Promise<DailyDeviceInfos> {
    await Promise.all([
      this.#change('audio', devices.audioSource ?? devices.audioDeviceId),
      this.#change('video', devices.videoSource ?? devices.videoDeviceId),
    ])
    return this.getInputDevices()
  }

  setOutputDeviceAsync({ outputDeviceId }: { outputDeviceId: string }): Promise<DailyDeviceInfos> {
    this.line.setSpeaker(outputDeviceId)
    return this.getInputDevices()
  }

  async getInputDevices(): Promise<DailyDeviceInfos> {
    const { devices } = await this.enumerateDevices()
    const { microphone, camera, speaker } = this.line.view.devices
    const of = (kind: MediaDeviceKind, id: string): object =>
      devices.find((device) => device.kind === kind && device.deviceId === id) ?? {}
    return {
      mic: of('audioinput', microphone),
      camera: of('videoinput', camera),
      speaker: of('audiooutput', speaker || 'default'),
    }
  }

  async enumerateDevices(): Promise<{ devices: DailyMediaDeviceInfo[] }> {
    const found = await this.line.devices()
    return { devices: found.filter(({ deviceId }) => deviceId !== '') }
  }

  async cycleCamera(): Promise<{ device?: MediaDeviceInfo | null }> {
    return this.#cycle('video')
  }

  async cycleMic(): Promise<{ device?: MediaDeviceInfo | null }> {
    return this.#cycle('audio')
  }

  startScreenShare(properties: DailyStartScreenShareOptions = {}): void {
    void this.#share(properties)
  }

  stopScreenShare(): void {
    this.line.stopSharing()
  }

  updateScreenShare(options?: { screenVideo: { enabled: boolean }; screenAudio: { enabled: boolean } }): void {
    const screen = this.local()?.tracks
    const set = (track: MediaStreamTrack | undefined, enabled: boolean | undefined): void => {
      if (track && enabled !== undefined) track.enabled = enabled
    }
    set(screen?.screenVideo.persistentTrack, options?.screenVideo.enabled)
    set(screen?.screenAudio.persistentTrack, options?.screenAudio.enabled)
  }

  /** Constraints are applied; noise is cancelled by the browser; pictures are not processed. */
  async updateInputSettings(settings: DailyInputSettings): Promise<{ inputSettings: DailyInputSettings }> {
    const video = settings.video?.processor?.type ?? 'none'
    if (video !== 'none') {
      const errorMsg = `The video processor ${video} is not supported.`
      this.emit('nonfatal-error', { type: 'video-processor-error', errorMsg })
      throw new Error(errorMsg)
    }
    this.#inputSettings = { ...this.#inputSettings, ...settings }
    this.emit('input-settings-updated', { inputSettings: await this.getInputSettings() })
    if (settings.audio && this.#isOpen('microphone')) await this.openAndReport('audio')
    if (settings.video?.settings && this.localVideo()) await this.openAndReport('video')
    return { inputSettings: await this.getInputSettings() }
  }

  getInputSettings(): Promise<DailyInputSettings> {
    const { audio, video } = this.#inputSettings
    return Promise.resolve({
      audio: { processor: { type: 'none' }, ...audio },
      video: { processor: { type: 'none' }, ...video },
    })
  }

  protected override async openDevices(): Promise<void> {
    const { audioSource, videoSource, startAudioOff, startVideoOff, inputSettings } = this.properties
    if (inputSettings) this.#inputSettings = { ...this.#inputSettings, ...inputSettings }
    this.#chosen.audio = audioSource
    this.#chosen.video = videoSource
    const wanted: DeviceKind[] = []
    if (audioSource !== false && !startAudioOff && !this.#isOpen('microphone')) wanted.push('audio')
    if (videoSource !== false && !startVideoOff && !this.#isOpen('camera')) wanted.push('video')
    const troubles = await Promise.all(wanted.map((device) => this.#open(device)))
    // First what went well: camera-error then takes back what did not.
    if (troubles.includes(null)) this.emit('started-camera', {})
    this.report(troubles.filter((trouble) => trouble !== null))
  }

  protected async openAndReport(device: DeviceKind): Promise<void> {
    const trouble = await this.#open(device)
    if (trouble) this.report([trouble])
  }

  protected override onChange(change: Change): void {
    if (change.action !== 'track-started' && change.action !== 'track-stopped') return
    if (change.type !== 'screenVideo' || change.participant?.local === false) return
    this.emit(change.action === 'track-started' ? 'local-screen-share-started' : 'local-screen-share-stopped', {})
  }

  protected override onOver(): void {
    if (!this.isDestroyed()) return
    if (window.isSecureContext) navigator.mediaDevices.removeEventListener('devicechange', this.#onDeviceChange)
  }

  async #share({ displayMediaOptions, mediaStream }: DailyStartScreenShareOptions): Promise<void> {
    try {
      const shared = await this.line.share(mediaStream ?? displayMediaOptions ?? { video: true, audio: true })
      if (!shared) this.emit('local-screen-share-canceled', {})
    } catch (error) {
      const errorMsg = error instanceof Error ? error.message : 'The screen could not be shared.'
      this.emit('nonfatal-error', { type: 'screen-share-error', errorMsg })
    }
  }

  async #change(device: DeviceKind, source: Source): Promise<void> {
    if (source === undefined) return
    this.#chosen[device] = source
    if (source === false) this.line.shut(device)
    else await this.openAndReport(device)
  }

  async #open(device: DeviceKind): Promise<Trouble | null> {
    const opened = await this.line.open(device, this.#opening(device))
    return opened.ok ? null : { device, problem: opened.problem, message: opened.message }
  }

  #opening(device: DeviceKind): Opening {
    const { dailyConfig } = this.properties
    const settings = this.#inputSettings[device]?.settings ?? {}
    if ('customTrack' in settings) return { choice: settings.customTrack, constraints: {} }
    const legacy = device === 'audio' ? dailyConfig?.userMediaAudioConstraints : dailyConfig?.userMediaVideoConstraints
    const processor = this.#inputSettings.audio?.processor?.type
    const noise = device === 'audio' && processor === 'noise-cancellation' ? { noiseSuppression: true } : {}
    const source = this.#chosen[device]
    const choice = typeof source === 'string' && source !== 'default' ? source : true
    return { choice: source instanceof MediaStreamTrack ? source : choice, constraints: { ...legacy, ...settings, ...noise } }
  }

  async #cycle(device: DeviceKind): Promise<{ device?: MediaDeviceInfo | null }> {
    const kind = device === 'audio' ? 'audioinput' : 'videoinput'
    const devices = (await this.enumerateDevices()).devices.filter((each) => each.kind === kind)
    const used = this.line.view.devices[device === 'audio' ? 'microphone' : 'camera']
    const next = devices[(devices.findIndex(({ deviceId }) => deviceId === used) + 1) % devices.length]
    if (!next || devices.length < 2) return { device: null }
    await this.#change(device, next.deviceId)
    return { device: next }
  }

  #isOpen(source: 'microphone' | 'camera'): boolean {
    const self = this.line.view.participants.find(({ local }) => local)
    return self !== undefined && (self.tracks[source].track !== null || self.tracks[source].state === 'playable')
  }

  readonly #onDeviceChange = (): void => {
    void this.enumerateDevices().then(({ devices }) =>
      this.emit('available-devices-updated', { availableDevices: devices }),
    )
  }

  #tellSelected(): void {
    const selected = JSON.stringify(this.line.view.devices)
    if (selected === this.#selected) return
    this.#selected = selected
    void this.getInputDevices().then((devices) => this.emit('selected-devices-updated', { devices }))
  }
}
