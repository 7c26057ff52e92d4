import { Call, type CallState, type ConversationEvent, type DeviceChoice, type JsonObject, type Participant } from '@visavis/call'

/** How to join. */
export interface JoinOptions {
  /** The conversation's URL, as the REST API gives it. */
  url: string
  userName?: string
  /** A meeting token, for servers that ask for one. */
  token?: string
  /** A device by id, true for the browser's default, false for none yet. Default: true. */
  microphone?: DeviceChoice | false
  /** The same for the camera. Default: false. */
  camera?: DeviceChoice | false
  iceServers?: RTCIceServer[]
}

/** What a component may show of a call. Replaced, never changed. */
export interface CallView {
  readonly state: CallState
  /** In words, for a state somebody must understand; otherwise empty. */
  readonly reason: string
  /** A device that cannot be used, in words; the call goes on without it. */
  readonly deviceProblem: string
  readonly conversationId: string
  readonly participants: readonly Participant[]
  /** One's own devices; null while closed. */
  readonly microphone: MediaStreamTrack | null
  readonly camera: MediaStreamTrack | null
  readonly muted: boolean
  /** The browser plays the replica without sound until the user does something: call `hear` on a click. */
  readonly silent: boolean
}

const START: CallView = {
  state: 'idle',
  reason: '',
  deviceProblem: '',
  conversationId: '',
  participants: [],
  microphone: null,
  camera: null,
  muted: false,
  silent: false,
}

type Listener = (event: ConversationEvent) => void

/** The calls of one component, one after the other. Makes nothing before it is asked to join: servers render it, too. */
export class CallSession {
  #view = START
  #call: Call | null = null
  #video: HTMLVideoElement | null = null
  readonly #watchers = new Set<() => void>()
  readonly #listeners = new Set<Listener>()

  readonly view = (): CallView => this.#view

  readonly subscribe = (watcher: () => void): (() => void) => {
    this.#watchers.add(watcher)
    return () => this.#watchers.delete(watcher)
  }

  /** Calls `listener` with every event of the conversation until the returned function is called. */
  readonly onEvent = (listener: Listener): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** For the `ref` of the video element that shows the replica. */
  readonly replica = (video: HTMLVideoElement | null): void => {
    this.#video = video
    this.#play()
  }

  /** Joins, after leaving what was joined before; the failure is in the view. */
  readonly join = async (options: JoinOptions): Promise<void> => {
    this.leave()
    const call = new Call()
    this.#call = call
    this.#follow(call)
    const { microphone = true, camera = false, ...rest } = options
    if (microphone !== false) await this.#choose(call, 'audio', microphone)
    if (this.#call !== call) return
    // The camera's question need not hold up the call.
    if (camera !== false) void this.#choose(call, 'video', camera)
    await call.join(rest).catch(() => undefined)
  }

  readonly leave = (): void => {
    const call = this.#call
    this.#call = null
    if (!call) return
    call.leave()
    call.media.release()
    this.#set({ ...START, state: 'left', reason: call.status.reason })
  }

  /** Has the replica say exactly this. Throws without a connection, as the others below do. */
  readonly echo = (text: string): void => this.#joined().echo(text)

  /** Has the replica answer this as if the user had said it. */
  readonly respond = (text: string): void => this.#joined().respond(text)

  /** Stops the replica's speech. */
  readonly interrupt = (): void => this.#joined().interrupt()

  /** Sends an interaction; `message_type` and `conversation_id` may be left out. */
  readonly send = (interaction: JsonObject): void => {
    const call = this.#joined()
    call.sendAppMessage({ message_type: 'conversation', conversation_id: call.conversationId, ...interaction })
  }

  /** Mutes the microphone or lets it be heard; opens it where it is closed. */
  readonly toggleMicrophone = async (): Promise<void> => {
    const call = this.#joined()
    if (call.media.track('audio')) call.media.mute(!call.media.muted)
    else await this.#choose(call, 'audio', true)
  }

  /** Opens the camera or gives it back. */
  readonly toggleCamera = async (): Promise<void> => {
    const call = this.#joined()
    await this.#choose(call, 'video', call.media.track('video') ? null : true)
  }

  readonly hear = (): void => {
    this.#set({ silent: false })
    this.#play()
  }

  #joined(): Call {
    if (!this.#call) throw new Error('Not in a call: join first.')
    return this.#call
  }

  #follow(call: Call): void {
    const ifOurs =
      <Payload>(carryOut: (payload: Payload) => void) =>
      (payload: Payload): void => {
        if (this.#call === call) carryOut(payload)
      }
    call.on('status', ifOurs(({ state, reason }) => this.#onStatus(call, state, reason)))
    call.on('participants', ifOurs((participants) => this.#set({ participants })))
    call.on('event', ifOurs((event) => this.#listeners.forEach((listener) => listener(event))))
    call.media.on('changed', ifOurs(() => this.#onMedia(call)))
    call.media.on('problem', ifOurs(({ message }) => this.#set({ deviceProblem: message })))
    call.remote.addEventListener('addtrack', ifOurs(() => this.#play()))
    this.#set({ ...START, state: 'joining' })
    this.#play()
  }

  #onStatus(call: Call, state: CallState, reason: string): void {
    if (state === 'left' || state === 'failed') call.media.release()
    this.#set({ state, reason, conversationId: call.conversationId })
  }

  #onMedia({ media }: Call): void {
    this.#set({ microphone: media.track('audio'), camera: media.track('video'), muted: media.muted })
  }

  async #choose(call: Call, device: 'audio' | 'video', choice: DeviceChoice | null): Promise<void> {
    try {
      await call.media.choose(device, choice)
      if (this.#call !== call) call.media.release()
    } catch (error) {
      if (this.#call === call) this.#set({ deviceProblem: error instanceof Error ? error.message : '' })
    }
  }

  #play(): void {
    const video = this.#video
    if (!video) return
    const stream = this.#call?.remote ?? null
    if (video.srcObject !== stream) video.srcObject = stream
    video.muted = this.#view.silent
    if (!stream) return
    video.play().catch((error: unknown) => {
      // Only a refusal needs the user; a play cut short by the next track is followed by another.
      if (!(error instanceof DOMException) || error.name !== 'NotAllowedError' || video.muted) return
      this.#set({ silent: true })
      this.#play()
    })
  }

  #set(change: Partial<CallView>): void {
    this.#view = { ...this.#view, ...change }
    for (const watcher of this.#watchers) watcher()
  }
}
