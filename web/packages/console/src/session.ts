import {
  allowedByFrame,
  Call,
  type CallStatus,
  type ConversationStatus,
  CallProblem,
  type Devices,
  type DeviceChoice,
  type DeviceKind,
  endWords,
  fetchStatus,
  listDevices,
  LocalMedia,
  MediaProblem,
  type Source,
} from '@visavis/call'
import { afterEvent, afterSent, afterTime, type Conversation, NEW_CONVERSATION } from './model/conversation'
import { append, type Log } from './model/log'
import { type Look, PLAIN } from './look'
import { type Person, peopleOf } from './model/people'
import type { PageParams } from './params'

/** Moments of joining, milliseconds after the click; null: not yet. */
export interface JoinTiming {
  readonly joined: number | null
  readonly firstFrame: number | null
  readonly replicaJoined: number | null
}

/** What the page shows. Replaced, never changed. */
export interface View {
  readonly info: ConversationStatus | null
  readonly call: CallStatus
  readonly conversation: Conversation
  readonly log: Log
  readonly devices: Devices
  readonly speaker: string
  /** Whether each device is being opened. */
  readonly opening: Readonly<Record<DeviceKind, boolean>>
  readonly microphone: MediaStreamTrack | null
  readonly camera: MediaStreamTrack | null
  readonly muted: boolean
  readonly sharing: boolean
  readonly people: readonly Person[]
  /** Something to tell the user; the call goes on. */
  readonly notice: string
  readonly timing: JoinTiming
  /** How a page around this one wants it. */
  readonly look: Look
}

const START: View = {
  info: null,
  call: { state: 'idle', reason: '', problem: null },
  conversation: NEW_CONVERSATION,
  log: [],
  devices: { microphones: [], cameras: [], speakers: [] },
  speaker: '',
  opening: { audio: false, video: false },
  microphone: null,
  camera: null,
  muted: false,
  sharing: false,
  people: [],
  notice: '',
  timing: { joined: null, firstFrame: null, replicaJoined: null },
  look: PLAIN,
}

/** What joining needs to know beside the conversation. */
export interface Entry {
  readonly userName: string
  readonly token?: string
  readonly iceServers: RTCIceServer[]
}

/** Between the call and the components: keeps the view and carries out what the user asks. */
export class Session {
  readonly params: PageParams
  readonly media = new LocalMedia()
  readonly call = new Call(this.media)
  #view = START
  #listeners = new Set<() => void>()
  #clicked = 0

  constructor(params: PageParams) {
    this.params = params
    this.media.on('changed', () => this.#onMedia())
    this.media.on('problem', (problem) => this.#set({ notice: problem.message }))
    this.call.on('status', (call) => this.#onStatus(call))
    this.call.on('participants', () => this.#onPeople())
    this.call.on('others', () => this.#onPeople())
    this.call.screen.on('changed', () => this.#set({ sharing: this.call.screen.active }))
    this.call.on('complaint', (notice) => this.#set({ notice }))
    this.call.on('message', ({ data }) => this.#set({ log: append(this.#view.log, 'in', data, Date.now()) }))
    this.call.on('event', (event) => {
      const conversation = afterEvent(this.#view.conversation, event, Date.now())
      const fresh = conversation.trouble !== this.#view.conversation.trouble
      this.#set({ conversation, ...(fresh ? { notice: conversation.trouble } : {}) })
      if (event.event_type === 'system.replica_joined') this.#mark('replicaJoined')
    })
    this.call.on('sent', (data) => {
      const at = Date.now()
      this.#set({
        log: append(this.#view.log, 'out', data, at),
        conversation: afterSent(this.#view.conversation, data, at),
      })
    })
    if (window.isSecureContext) {
      navigator.mediaDevices.addEventListener('devicechange', () => void this.#listDevices())
    }
    setInterval(() => this.#set({ conversation: afterTime(this.#view.conversation, Date.now()) }), 250)
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  readonly view = (): View => this.#view

  /** Learns about the conversation, opens the devices and, where the address asks for it, joins. */
  async start(): Promise<void> {
    if (!(await this.#learn()) || this.params.frame) return
    if (this.params.join) void this.join(this.params.userName)
    await this.#openFirst()
  }

  /** Joins; the failure is in the call's status, where the page shows it. */
  async join(userName: string): Promise<void> {
    await this.enter({ userName, iceServers: [] }).catch(() => undefined)
  }

  /** Joins as a page around this one asks; throws a CallProblem. */
  async enter({ userName, token = this.params.token, iceServers }: Entry): Promise<void> {
    this.#clicked = performance.now()
    this.#set({
      conversation: NEW_CONVERSATION,
      notice: '',
      timing: START.timing,
    })
    // Framed, the page may not have been told of a private conversation before it had a token.
    if (!this.#view.info && token) await this.#learn(token)
    const known = iceServers.length > 0 ? iceServers : (this.#view.info?.iceServers ?? [])
    await this.call.join({ url: this.params.conversationUrl, userName, token, iceServers: known })
  }

  leave(): void {
    this.call.leave()
    this.media.release()
    this.call.screen.stop()
  }

  /** Back to the lobby after a call that is over. */
  async again(): Promise<void> {
    this.#set({ call: START.call, notice: '', info: null })
    if (await this.#learn()) await this.#openFirst()
  }

  /** Opens a device, or closes it with null; trouble becomes a notice. */
  async choose(device: DeviceKind, choice: DeviceChoice | null): Promise<void> {
    this.#set({ opening: { ...this.#view.opening, [device]: choice !== null } })
    try {
      await this.media.choose(device, choice)
      this.#set({ notice: '' })
    } catch (error) {
      this.#set({ notice: error instanceof MediaProblem ? error.message : 'The device cannot be used.' })
    } finally {
      this.#set({ opening: { ...this.#view.opening, [device]: false } })
    }
  }

  chooseSpeaker(speaker: string): void {
    this.#set({ speaker })
  }

  toggleMute(): void {
    if (this.#view.microphone) this.media.mute(!this.#view.muted)
    else void this.choose('audio', true)
  }

  toggleCamera(): void {
    void this.choose('video', this.#view.camera ? null : true)
  }

  /** Shares the screen, or no longer. That the user would not choose one is no trouble. */
  async toggleScreen(): Promise<void> {
    if (this.#view.sharing) {
      this.call.screen.stop()
      return
    }
    try {
      await this.call.screen.start()
    } catch (error) {
      if (!allowedByFrame('display-capture')) {
        this.#set({ notice: 'The page around this call does not let it share the screen. Its iframe needs allow="display-capture".' })
        return
      }
      if (error instanceof DOMException && error.name === 'NotAllowedError') return
      this.#set({ notice: 'The screen cannot be shared.' })
    }
  }

  /** Sends something; trouble becomes a notice. Returns whether it left. */
  send(message: (call: Call) => void): boolean {
    try {
      message(this.call)
      return true
    } catch (error) {
      this.#set({ notice: error instanceof Error ? error.message : 'Not sent.' })
      return false
    }
  }

  show(look: Partial<Look>): void {
    this.#set({ look: { ...this.#view.look, ...look } })
  }

  togglePanel(): void {
    this.show({ panel: !(this.#view.look.panel ?? this.params.panel) })
  }

  dismiss(): void {
    this.#set({ notice: '' })
  }

  clearLog(): void {
    this.#set({ log: [] })
  }

  firstFrameShown(): void {
    this.#mark('firstFrame')
  }

  /** Returns whether the conversation can be joined. */
  async #learn(token = this.params.token): Promise<boolean> {
    if (typeof RTCPeerConnection === 'undefined') {
      return this.#stop(new CallProblem('unsupported', 'This browser cannot hold video calls. Use a current one.'))
    }
    try {
      const info = await fetchStatus(this.params.conversationUrl, fetch, token)
      this.#set({ info })
      if (info.status !== 'ended') return true
      return this.#stop(new CallProblem('ended', endWords(info.shutdownReason)))
    } catch (error) {
      // Joining will say it again, unless the page around this one brings a token.
      if (error instanceof CallProblem && error.kind === 'refused' && this.params.frame) return false
      if (error instanceof CallProblem) return this.#stop(error)
      throw error
    }
  }

  #stop(problem: CallProblem): false {
    this.#set({ call: { state: 'failed', reason: problem.message, problem } })
    return false
  }

  /** Asks for both devices one after the other, so that a refusal of one does not cost the other. */
  async #openFirst(): Promise<void> {
    await this.#listDevices()
    if (this.params.microphone && !this.#view.microphone) await this.choose('audio', true)
    const trouble = this.#view.notice
    if (this.params.camera && !this.#view.camera) await this.choose('video', true)
    if (trouble) this.#set({ notice: trouble })
  }

  async #listDevices(): Promise<void> {
    this.#set({ devices: await listDevices() })
  }

  #onPeople(): void {
    const { call } = this
    const track = (id: string, source: Source): MediaStreamTrack | null => call.track(id, source)
    this.#set({ people: peopleOf(call.participants, call.participantId, track) })
  }

  #onMedia(): void {
    this.#set({
      microphone: this.media.track('audio'),
      camera: this.media.track('video'),
      muted: this.media.muted,
    })
    void this.#listDevices()
  }

  #onStatus(call: CallStatus): void {
    this.#set({ call })
    if (call.state === 'joined') this.#mark('joined')
    if (call.state !== 'left') return
    this.media.release()
    this.call.screen.stop()
  }

  #mark(moment: keyof JoinTiming): void {
    const { timing } = this.#view
    if (timing[moment] !== null) return
    this.#set({ timing: { ...timing, [moment]: performance.now() - this.#clicked } })
  }

  #set(change: Partial<View>): void {
    const next = { ...this.#view, ...change }
    const same = (Object.keys(change) as (keyof View)[]).every((key) => this.#view[key] === next[key])
    if (same) return
    this.#view = next
    for (const listener of this.#listeners) listener()
  }
}
