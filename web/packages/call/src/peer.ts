import { APP_CHANNEL } from './app'
import { Emitter } from './emitter'
import { fragmentOf, withFragment } from './iceFragment'
import type { DeviceKind } from './mediaProblem'
import { Others, type Want } from './others'
import { SIGNAL_CHANNEL, type SignalReply, type Wants } from './signal'
import type { Source } from './sources'

/** Longest wait for ICE candidates before the offer goes out, milliseconds. */
const GATHERING_LIMIT = 1000

/** Longest wait for the server's answer to a later offer, milliseconds. */
const ANSWER_LIMIT = 10_000

/** Bits and frames per second of the camera: enough for perception, light for the sender. */
const CAMERA_BITRATE = 400_000
const CAMERA_RATE = 15

interface PeerEvents {
  /** Text that arrived on a channel. */
  app: unknown
  signal: unknown
  /** The replica's. */
  track: MediaStreamTrack
  /** What is shown of others has changed. */
  others: undefined
  /** Nothing comes through just now. */
  shaky: undefined
  /** The connection is beyond repair. */
  lost: undefined
}

/**
 * One peer connection as docs/signalling.md wants it: two channels, one audio and one video transceiver for the
 * replica and our own microphone and camera, and further ones for other people and our screen.
 */
export class Peer extends Emitter<PeerEvents> {
  readonly connection: RTCPeerConnection
  readonly #app: RTCDataChannel
  readonly #signal: RTCDataChannel
  readonly #own: Record<DeviceKind, RTCRtpTransceiver>
  readonly #shared = new Map<Source, RTCRtpTransceiver>()
  readonly #others = new Others((kind) => this.connection.addTransceiver(kind, { direction: 'recvonly' }))
  #negotiating: Promise<void> = Promise.resolve()
  #answered: ((sdp: string) => void) | null = null
  #closed = false

  constructor(iceServers: RTCIceServer[]) {
    super()
    this.connection = new RTCPeerConnection({ iceServers, bundlePolicy: 'max-bundle' })
    this.#app = this.connection.createDataChannel(APP_CHANNEL)
    this.#signal = this.connection.createDataChannel(SIGNAL_CHANNEL)
    this.#own = { audio: this.#addOwn('audio'), video: this.#addOwn('video') }
    this.#app.addEventListener('message', (message) => this.emit('app', message.data))
    this.#signal.addEventListener('message', (message) => this.emit('signal', message.data))
    this.#signal.addEventListener('close', () => this.#lost())
    this.connection.addEventListener('track', ({ track, transceiver }) => {
      if (transceiver === this.#own.audio || transceiver === this.#own.video) this.emit('track', track)
      else this.emit('others', undefined)
    })
    this.connection.addEventListener('connectionstatechange', () => {
      if (this.connection.connectionState === 'failed') this.#lost()
      if (this.connection.connectionState === 'disconnected') this.emit('shaky', undefined)
    })
  }

  /** The offer to send, with the candidates found so far. */
  async offer(): Promise<string> {
    await this.connection.setLocalDescription(await this.connection.createOffer())
    await this.#gathered()
    return this.connection.localDescription?.sdp ?? ''
  }

  async accept(answer: string): Promise<void> {
    await this.connection.setRemoteDescription({ type: 'answer', sdp: answer })
  }

  /** Looks for another way through the network: `exchange` takes our fragment and gives the server's. */
  async restartIce(exchange: (fragment: string) => Promise<string | null>): Promise<void> {
    await this.#next(() => this.#restart(exchange))
  }

  /** Sends this track from now on, without renegotiation. */
  async send(device: DeviceKind, track: MediaStreamTrack | null): Promise<void> {
    if (!this.#closed) await this.#own[device].sender.replaceTrack(track)
  }

  /** Sends a screen or its sound from now on, or no longer. */
  async share(source: 'screen' | 'screen-audio', track: MediaStreamTrack | null): Promise<void> {
    const used = this.#shared.get(source)
    if (used) await used.sender.replaceTrack(track)
    if (used || !track || this.#closed) return
    this.#shared.set(source, this.connection.addTransceiver(track, { direction: 'sendonly' }))
    await this.#negotiate()
  }

  /** Has just these of the others sent to us. */
  async show(wants: readonly Want[]): Promise<void> {
    const { changed, added } = this.#others.show(wants)
    if (!changed || this.#closed) return
    if (added) await this.#negotiate()
    else this.sendSignal({ type: 'wants', wants: this.#wants() })
    this.emit('others', undefined)
  }

  /** What comes of somebody; null while nothing does. */
  track(participantId: string, source: Source): MediaStreamTrack | null {
    return this.#others.find(participantId, source)?.transceiver.receiver.track ?? null
  }

  /** The server's answer to our last offer. */
  answer(sdp: string): void {
    this.#answered?.(sdp)
  }

  get appOpen(): boolean {
    return this.#app.readyState === 'open'
  }

  sendApp(frame: string): void {
    this.#app.send(frame)
  }

  /** Says something to the server while that is still possible. */
  sendSignal(message: SignalReply): void {
    if (this.#signal.readyState === 'open') this.#signal.send(JSON.stringify(message))
  }

  close(): void {
    this.#closed = true
    this.#answered?.('')
    this.connection.close()
  }

  #addOwn(device: DeviceKind): RTCRtpTransceiver {
    const limits = device === 'video' ? { maxBitrate: CAMERA_BITRATE, maxFramerate: CAMERA_RATE } : {}
    return this.connection.addTransceiver(device, { direction: 'sendrecv', sendEncodings: [limits] })
  }

  /** Offers what has changed. */
  #negotiate(): Promise<void> {
    return this.#next(() => this.#offerAgain())
  }

  /** One negotiation behind the other; one that fails does not stop the next. */
  #next(negotiate: () => Promise<void>): Promise<void> {
    const done = this.#negotiating.then(negotiate)
    this.#negotiating = done.catch(() => undefined)
    return done
  }

  async #restart(exchange: (fragment: string) => Promise<string | null>): Promise<void> {
    const { connection } = this
    if (this.#closed || connection.signalingState !== 'stable') return
    await connection.setLocalDescription(await connection.createOffer({ iceRestart: true }))
    await this.#gathered()
    const fragment = await exchange(fragmentOf(connection.localDescription?.sdp ?? ''))
    const answer = fragment && withFragment(connection.remoteDescription?.sdp ?? '', fragment)
    if (this.connection.signalingState !== 'have-local-offer') return
    if (answer) await this.accept(answer)
    else await connection.setLocalDescription({ type: 'rollback' })
  }

  async #offerAgain(): Promise<void> {
    if (this.#closed) return
    const answer = new Promise<string>((resolve) => {
      this.#answered = resolve
      setTimeout(() => resolve(''), ANSWER_LIMIT)
    })
    await this.connection.setLocalDescription(await this.connection.createOffer())
    const sdp = this.connection.localDescription?.sdp ?? ''
    this.sendSignal({ type: 'offer', sdp, wants: this.#wants(), sources: this.#sources() })
    const given = await answer
    this.#answered = null
    if (this.connection.signalingState !== 'have-local-offer') return
    if (given) await this.accept(given)
    else await this.connection.setLocalDescription({ type: 'rollback' })
  }

  #wants(): Wants {
    const wants: Wants = {}
    for (const { transceiver, want } of this.#others.sections) {
      if (transceiver.mid && want) wants[transceiver.mid] = { participant_id: want.participantId, source: want.source }
    }
    return wants
  }

  #sources(): Record<string, Source> {
    const sources: Record<string, Source> = {}
    for (const [source, { mid }] of this.#shared) if (mid) sources[mid] = source
    return sources
  }

  #gathered(): Promise<void> {
    const { connection } = this
    if (connection.iceGatheringState === 'complete') return Promise.resolve()
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, GATHERING_LIMIT)
      connection.addEventListener('icegatheringstatechange', () => {
        if (connection.iceGatheringState !== 'complete') return
        clearTimeout(timer)
        resolve()
      })
    })
  }

  #lost(): void {
    if (!this.#closed) this.emit('lost', undefined)
  }
}
