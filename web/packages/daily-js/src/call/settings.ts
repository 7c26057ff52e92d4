import type { DailyParticipantUpdateOptions } from '../types/participants'
import type {
  DailyIceConfig,
  DailyReceiveSettings,
  DailyReceiveSettingsUpdates,
  DailySendSettings,
  DailySingleParticipantReceiveSettings,
} from '../types/settings'
import { Devices } from './devices'

const BASE: DailySingleParticipantReceiveSettings = { video: { layer: 2 }, screenVideo: { layer: 2 } }

/** What is sent and received, and of whom. */
export abstract class Settings extends Devices {
  #automatic = true
  readonly #subscriptions = new Map<string, boolean | 'staged'>()
  #receive: DailyReceiveSettings = { base: BASE }
  #send: DailySendSettings = { video: 'default-video', screenVideo: 'default-screen-video' }

  subscribeToTracksAutomatically(): boolean {
    return this.#automatic
  }

  setSubscribeToTracksAutomatically(enabled: boolean): this {
    this.#automatic = enabled
    this.look()
    return this
  }

  /** `setSubscribedTracks` decides what one gets to see here; nobody else can be muted or sent away. */
  updateParticipant(sessionId: string, updates: DailyParticipantUpdateOptions): this {
    const { setSubscribedTracks: tracks, setAudio, setVideo } = updates
    if (sessionId === 'local' || sessionId === this.local()?.session_id) {
      if (setAudio !== undefined) this.setLocalAudio(setAudio)
      if (setVideo !== undefined) this.setLocalVideo(setVideo)
      return this
    }
    if (tracks === undefined) return this
    const wanted = typeof tracks === 'object' ? (tracks.video ?? tracks.audio ?? true) : tracks === 'avatar' || tracks
    this.#subscriptions.set(sessionId, wanted)
    this.look()
    return this
  }

  updateParticipants(updates: Record<string, DailyParticipantUpdateOptions>): this {
    for (const [id, each] of Object.entries(updates)) this.updateParticipant(id, each)
    return this
  }

  /** Kept and given back; the server sends each participant one picture, so there is no layer to choose. */
  updateReceiveSettings(updates: DailyReceiveSettingsUpdates): Promise<DailyReceiveSettings> {
    const next = { ...this.#receive }
    for (const [id, update] of Object.entries(updates)) {
      if (update === 'inherit') Reflect.deleteProperty(next, id)
      else next[id] = merged(next[id] ?? {}, update)
    }
    this.#receive = { ...next, base: next['base'] ?? BASE }
    this.emit('receive-settings-updated', { receiveSettings: this.#receive })
    return Promise.resolve(this.#receive)
  }

  getReceiveSettings(
    id: string,
    options?: { showInheritedValues: boolean },
  ): Promise<DailySingleParticipantReceiveSettings>
  getReceiveSettings(): Promise<DailyReceiveSettings>
  getReceiveSettings(
    id?: string,
    options?: { showInheritedValues: boolean },
  ): Promise<DailyReceiveSettings | DailySingleParticipantReceiveSettings> {
    if (id === undefined) return Promise.resolve(this.#receive)
    const inherited = options?.showInheritedValues ? this.#receive['base'] : {}
    return Promise.resolve({ ...inherited, ...this.#receive[id] })
  }

  /** Kept and given back; the call core's own limits for cameras hold. */
  updateSendSettings(settings: DailySendSettings): Promise<DailySendSettings> {
    this.#send = { ...this.#send, ...settings }
    this.emit('send-settings-updated', { sendSettings: this.#send })
    return Promise.resolve(this.#send)
  }

  getSendSettings(): DailySendSettings {
    return this.#send
  }

  /** For the next join. */
  setIceConfig(iceConfig: DailyIceConfig = {}): this {
    this.properties = { ...this.properties, dailyConfig: { ...this.properties.dailyConfig, iceConfig } }
    return this
  }

  protected override subscribed(id: string): boolean | 'staged' {
    return this.#subscriptions.get(id) ?? this.#automatic
  }

  protected takeSettings(): void {
    const { subscribeToTracksAutomatically: automatic, receiveSettings, sendSettings } = this.properties
    if (automatic !== undefined) this.#automatic = automatic
    if (receiveSettings) this.#receive = { ...this.#receive, ...receiveSettings }
    if (sendSettings) this.#send = { ...this.#send, ...sendSettings }
  }
}

function merged(
  old: DailySingleParticipantReceiveSettings,
  update: Exclude<DailyReceiveSettingsUpdates[string], 'inherit'>,
): DailySingleParticipantReceiveSettings {
  const next = { ...old }
  for (const [track, settings] of Object.entries(update)) {
    if (settings === 'inherit' || settings?.layer === 'inherit') Reflect.deleteProperty(next, track)
    else if (settings?.layer !== undefined) next[track] = { layer: settings.layer }
  }
  return next
}
