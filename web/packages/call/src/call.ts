import { type AppMessage, frameAppMessage, parseAppMessage } from './app'
import type { DeviceChoice } from './capture'
import { CatchUp, fetchMissed } from './catchUp'
import { Emitter } from './emitter'
import { endWords } from './endWords'
import { asEvent, type ConversationEvent } from './events'
import { Hush } from './hush'
import * as interactions from './interactions'
import { stringOf } from './json'
import { endpointOf, type JoinOptions, withToken } from './joinOptions'
import { CHECK_INTERVAL, Keepalive } from './keepalive'
import { LocalMedia } from './localMedia'
import { same, type Want } from './others'
import type { Participant } from './participants'
import { Peer } from './peer'
import { CallProblem } from './problem'
import { retry } from './retry'
import { Roster } from './roster'
import { ScreenShare } from './screenShare'
import { Sessions } from './sessions'
import { parseSignal, type SignalMessage } from './signal'
import type { Source } from './sources'
import { type CallState, canGo } from './state'
import { type CallStats, StatsReader } from './stats'
import { fetchStatus } from './status'
import { onNetworkChange, seconds } from './waiting'
import { patchSession } from './whip'

/** Milliseconds from the server's answer to its welcome, at most. */
const WELCOME_LIMIT = 15_000

export interface CallStatus {
  readonly state: CallState
  /** In words, for a state somebody must understand; otherwise empty. */
  readonly reason: string
  readonly problem: CallProblem | null
}

interface CallEvents {
  status: CallStatus
  /** An event of the Interactions Protocol. */
  event: ConversationEvent
  /** Any app message, events included. */
  message: AppMessage
  /** An app message that left. */
  sent: unknown
  participants: readonly Participant[]
  /** What is heard and seen of other people has changed; ask `track`. */
  others: undefined
  /** Something the server complained about; the call goes on. */
  complaint: string
}

/** One participant's call: join, see and hear the replica, steer it. */
export class Call extends Emitter<CallEvents> {
  readonly media: LocalMedia
  readonly screen = new ScreenShare()
  /** The replica's voice and picture; the same object through reconnects. */
  readonly remote = new MediaStream()
  #status: CallStatus = { state: 'idle', reason: '', problem: null }
  readonly #roster = new Roster()
  readonly #sessions = new Sessions()
  #wants: readonly Want[] | null = null
  #saidSending = ''
  #events = new CatchUp((message) => this.#deliver(message))
  #options: JoinOptions = { url: '' }
  #life = new AbortController()
  #peer: Peer | null = null
  #stats = new StatsReader()
  readonly #hush = new Hush(() => this.remote.getAudioTracks())

  constructor(media: LocalMedia = new LocalMedia()) {
    super()
    this.media = media
    media.on('changed', (device) => {
      void this.#peer?.send(device, media.track(device))
      this.#saySending()
    })
    this.screen.on('changed', () => void this.#share())
    window.addEventListener('pagehide', () => this.#goodbye())
  }

  get status(): CallStatus {
    return this.#status
  }

  /** Everybody in the room, the replica and this participant included. */
  get participants(): readonly Participant[] {
    return this.#roster.participants
  }

  /** What comes of somebody else; null while nothing does. */
  track(participantId: string, source: Source): MediaStreamTrack | null {
    return this.#peer?.track(participantId, source) ?? null
  }

  /** Has just these of other people sent to us; null: everything they send, which is how a call begins. */
  subscribe(wants: readonly Want[] | null): void {
    this.#wants = wants
    this.#showOthers()
  }

  /** This participant's id in the room; empty until joined. */
  get participantId(): string {
    return this.#roster.ownId
  }

  get conversationId(): string {
    return new URL(this.#options.url, window.location.href).pathname.split('/').filter(Boolean).at(-1) ?? ''
  }

  /** Joins; settles when joined. Throws a CallProblem, or a MediaProblem of a device that was asked for. */
  async join(options: JoinOptions): Promise<void> {
    this.#go('joining')
    this.#options = withToken(options)
    this.#life = new AbortController()
    this.#events = new CatchUp((message) => this.#deliver(message))
    try {
      if (options.microphone !== undefined) await this.media.choose('audio', options.microphone)
      if (options.camera !== undefined) await this.media.choose('video', options.camera)
      await this.#connect()
    } catch (error) {
      this.#drop()
      if (this.#life.signal.aborted) return
      const problem = error instanceof CallProblem ? error : null
      this.#go('failed', error instanceof Error ? error.message : '', problem)
      throw error
    }
  }

  /** Leaves the room. The microphone and camera stay with `media`. */
  leave(): void {
    this.#over('left', 'You left the conversation.')
  }

  /** Sends any JSON value to one participant, or to all. Throws when not joined or beyond 255 KiB. */
  sendAppMessage(data: unknown, to = '*'): void {
    if (!this.#peer?.appOpen) throw new CallProblem('connection', 'Not sent: there is no connection just now.')
    this.#peer.sendApp(frameAppMessage(data, to))
    this.emit('sent', data)
  }

  echo(text: string): void {
    this.sendAppMessage(interactions.echo(this.conversationId, text))
  }

  respond(text: string, cut = false): void {
    this.sendAppMessage(interactions.respond(this.conversationId, text, cut))
  }

  interrupt(): void {
    this.sendAppMessage(interactions.interrupt(this.conversationId))
  }

  setMicrophone(choice: DeviceChoice | null): Promise<void> {
    return this.media.choose('audio', choice)
  }

  setCamera(choice: DeviceChoice | null): Promise<void> {
    return this.media.choose('video', choice)
  }

  /** Figures since the last time this was asked; null without a connection. */
  async stats(): Promise<CallStats | null> {
    const report = await this.#peer?.connection.getStats()
    return report ? this.#stats.read(report.values()) : null
  }

  /** The connection's own counters (webrtc-stats); empty without a connection. */
  async report(): Promise<unknown[]> {
    const report = await this.#peer?.connection.getStats()
    const entries: Iterable<unknown> = report?.values() ?? []
    return [...entries]
  }

  async #connect(): Promise<void> {
    const { peer, answer } = await this.#offer(this.#options.iceServers ?? [])
    await Promise.all([this.#listen(peer), peer.accept(answer)])
    this.#go('joined')
    this.#watch(peer)
    this.#showOthers()
    await this.#share()
  }

  #showOthers(): void {
    if (this.#status.state !== 'joined') return
    const all = this.#roster.offered
    const wanted = this.#wants
    const wants = wanted ? all.filter((one) => wanted.some((want) => same(one, want))) : all
    void this.#peer?.show(wants)
  }

  async #share(): Promise<void> {
    const peer = this.#peer
    for (const source of ['screen', 'screen-audio'] as const) await peer?.share(source, this.screen.track(source))
    this.#saySending()
  }

  /** Tells the others what can be heard and seen of us; a muted microphone cannot. */
  #saySending(): void {
    const sources = [...this.media.sources, ...this.screen.sources]
    if (!this.#peer || sources.join() === this.#saidSending) return
    this.#saidSending = sources.join()
    this.#peer.sendSignal({ type: 'sending', sources })
  }

  /** Offers; when the answer names ICE servers unknown so far, offers once more with those. */
  async #offer(iceServers: RTCIceServer[]): Promise<{ peer: Peer; answer: string }> {
    const { signal } = this.#life
    const peer = new Peer(iceServers)
    this.#peer = peer
    await Promise.all([peer.send('audio', this.media.track('audio')), peer.send('video', this.media.track('video'))])
    const { token } = this.#options
    const session = await this.#sessions.begin(endpointOf(this.#options), await peer.offer(), signal, token)
    signal.throwIfAborted()
    if (iceServers.length > 0 || session.iceServers.length === 0) return { peer, answer: session.answer }
    this.#options = { ...this.#options, iceServers: session.iceServers }
    this.#drop()
    return this.#offer(session.iceServers)
  }

  /** Takes in what the peer brings; settles with the server's welcome. */
  #listen(peer: Peer): Promise<void> {
    return new Promise((resolve, reject) => {
      const fail = (): void => {
        clearTimeout(timer)
        reject(new CallProblem('connection', CANNOT_CONNECT))
      }
      const timer = setTimeout(fail, WELCOME_LIMIT)
      this.#life.signal.addEventListener('abort', fail)
      peer.on('lost', fail)
      peer.on('track', (track) => this.#addRemote(track))
      peer.on('others', () => this.emit('others', undefined))
      peer.on('app', (text) => this.#onApp(text))
      peer.on('signal', (text) => {
        const message = parseSignal(text)
        if (message) this.#onSignal(peer, message)
        if (message?.type !== 'welcome') return
        clearTimeout(timer)
        resolve()
      })
    })
  }

  /** Watches over a joined peer and starts the recovery when it is lost. */
  #watch(peer: Peer): void {
    const keepalive = new Keepalive(seconds())
    const stop = (): void => clearInterval(timer)
    const lost = (): void => {
      stop()
      if (this.#peer === peer && this.#status.state === 'joined') void this.#recover()
    }
    const timer = setInterval(() => keepalive.isLost(seconds()) && lost(), CHECK_INTERVAL * 1000)
    this.#life.signal.addEventListener('abort', stop)
    const restart = (): void => void this.#restartIce(peer)
    peer.on('shaky', restart)
    onNetworkChange(restart, this.#life.signal)
    peer.on('signal', () => keepalive.heard(seconds()))
    peer.on('lost', lost)
  }

  /** The network has changed, or seems to have: look for another way before the call counts as lost. */
  async #restartIce(peer: Peer): Promise<void> {
    const { location } = this.#sessions
    if (this.#peer !== peer || this.#status.state !== 'joined' || !location) return
    await peer.restartIce((fragment) => patchSession(location, fragment))
  }

  async #recover(): Promise<void> {
    const life = this.#life
    this.#sessions.lose()
    this.#drop()
    this.#events.hold()
    this.#go('reconnecting', 'The connection was lost. Joining again…')
    if (await retry(() => this.#attempt(life), life.signal)) return
    this.#over('failed', 'The connection was lost and did not come back. Check your network, then join again.')
  }

  /** One attempt to join again; true when nothing more is to be tried. */
  async #attempt(life: AbortController): Promise<boolean> {
    const over = (): boolean => life.signal.aborted
    if (over()) return true
    try {
      await this.#connect()
      this.#sessions.giveBackLost()
      await this.#catchUp()
      return true
    } catch (error) {
      if (over()) return true
      this.#drop()
      if (!(error instanceof CallProblem) || error.passing || error.kind === 'full') return false
      const reason = await this.#whyEnded(error)
      this.#over('left', reason)
      return true
    }
  }

  /** What happened while the connection was gone reaches the application before what happens now. */
  async #catchUp(): Promise<void> {
    const { url, token } = this.#options
    const missed = (): ReturnType<typeof fetchMissed> =>
      fetchMissed(url, this.#events.last, this.#roster.replicaId, this.#life.signal, this.#sessions.pass(token))
    await this.#events.go(missed).catch(() => {
      if (!this.#life.signal.aborted) this.emit('complaint', 'What happened while you were away could not be fetched.')
    })
  }

  /** Where the server knows the conversation but no longer holds it, its own account of the end. */
  async #whyEnded(error: CallProblem): Promise<string> {
    const { url, token } = this.#options
    const status = await fetchStatus(url, fetch, this.#sessions.pass(token)).catch(() => null)
    if (status?.status !== 'ended') return error.message
    this.#tellShutdown(status.shutdownReason)
    return endWords(status.shutdownReason)
  }

  /** A replica whose worker died could not say goodbye; applications still learn of it as of any other end. */
  #tellShutdown(reason: string): void {
    const properties = { shutdown_reason: reason, reason }
    const event = { message_type: 'system', event_type: 'system.shutdown', properties }
    this.emit('message', { from: this.#roster.replicaId, data: event })
    this.emit('event', event)
  }

  #onSignal(peer: Peer, message: SignalMessage): void {
    if (this.#roster.follow(message)) this.#peopleChanged()
    switch (message.type) {
      case 'ping':
        peer.sendSignal({ type: 'pong', n: message.n })
        break
      case 'answer':
        peer.answer(message.sdp)
        break
      case 'closed':
        this.#over('left', endWords(message.reason))
        break
      case 'error':
        this.emit('complaint', message.message)
        break
    }
  }

  #onApp(text: unknown): void {
    const message = parseAppMessage(text)
    if (message) this.#events.take(message)
  }

  #deliver(message: AppMessage): void {
    this.emit('message', message)
    const event = asEvent(message.data)
    if (!event) return
    this.#hush.onEvent(event)
    this.emit('event', event)
    if (event.event_type !== 'system.shutdown') return
    const properties = event.properties ?? {}
    this.#over('left', endWords(stringOf(properties, 'shutdown_reason') || stringOf(properties, 'reason')))
  }

  #addRemote(track: MediaStreamTrack): void {
    for (const old of this.remote.getTracks()) {
      if (old.kind === track.kind) this.remote.removeTrack(old)
    }
    this.remote.addTrack(track)
    this.remote.dispatchEvent(new MediaStreamTrackEvent('addtrack', { track }))
  }

  #peopleChanged(): void {
    this.emit('participants', this.participants)
    this.#showOthers()
  }

  #over(state: 'left' | 'failed', reason: string, problem: CallProblem | null = null): void {
    if (!canGo(this.#status.state, state)) return
    this.#goodbye()
    this.#life.abort()
    this.#drop()
    this.#roster.participants = []
    this.#peopleChanged()
    this.#go(state, reason, problem)
  }

  /** Tells the server over both ways: whichever gets through first ends the session. */
  #goodbye(): void {
    this.#peer?.sendSignal({ type: 'leave' })
    this.#sessions.end()
    this.#sessions.giveBackLost()
  }

  #drop(): void {
    this.#sessions.end()
    this.#peer?.close()
    this.#peer = null
    this.#saidSending = ''
    this.#stats = new StatsReader()
  }

  #go(state: CallState, reason = '', problem: CallProblem | null = null): void {
    const from = this.#status.state
    if (!canGo(from, state)) throw new Error(`a call cannot go from ${from} to ${state}`)
    this.#status = { state, reason, problem }
    this.emit('status', this.#status)
  }
}

const CANNOT_CONNECT =
  'The server answered, but no media connection could be made. A firewall or VPN may block it: try another network.'
