import { APP_CHANNEL } from './app'
import { Emitter } from './emitter'
import type { DeviceKind } from './mediaProblem'
import { SIGNAL_CHANNEL } from './signal'

/** Longest wait for ICE candidates before the offer goes out, milliseconds. */
const GATHERING_LIMIT = 1000

/** Bits and frames per second of the camera: enough for perception, light for the sender. */
const CAMERA_BITRATE = 400_000
const CAMERA_RATE = 15

interface PeerEvents {
  /** Text that arrived on a channel. */
  app: unknown
  signal: unknown
  track: MediaStreamTrack
  /** The connection is beyond repair. */
  lost: undefined
}

/** One peer connection as docs/signalling.md wants it: two channels, one audio and one video transceiver. */
export class Peer extends Emitter<PeerEvents> {
  readonly connection: RTCPeerConnection
  readonly #app: RTCDataChannel
  readonly #signal: RTCDataChannel
  readonly #senders: Record<DeviceKind, RTCRtpSender>
  #closed = false

  constructor(iceServers: RTCIceServer[]) {
    super()
    this.connection = new RTCPeerConnection({ iceServers, bundlePolicy: 'max-bundle' })
    this.#app = this.connection.createDataChannel(APP_CHANNEL)
    this.#signal = this.connection.createDataChannel(SIGNAL_CHANNEL)
    this.#senders = { audio: this.#addSender('audio'), video: this.#addSender('video') }
    this.#app.addEventListener('message', (message) => this.emit('app', message.data))
    this.#signal.addEventListener('message', (message) => this.emit('signal', message.data))
    this.#signal.addEventListener('close', () => this.#lost())
    this.connection.addEventListener('track', ({ track }) => this.emit('track', track))
    this.connection.addEventListener('connectionstatechange', () => {
      if (this.connection.connectionState === 'failed') this.#lost()
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

  /** Sends this track from now on, without renegotiation. */
  async send(device: DeviceKind, track: MediaStreamTrack | null): Promise<void> {
    if (!this.#closed) await this.#senders[device].replaceTrack(track)
  }

  get appOpen(): boolean {
    return this.#app.readyState === 'open'
  }

  sendApp(frame: string): void {
    this.#app.send(frame)
  }

  /** Says something to the server while that is still possible. */
  sendSignal(message: object): void {
    if (this.#signal.readyState === 'open') this.#signal.send(JSON.stringify(message))
  }

  close(): void {
    this.#closed = true
    this.connection.close()
  }

  #addSender(device: DeviceKind): RTCRtpSender {
    const limits = device === 'video' ? { maxBitrate: CAMERA_BITRATE, maxFramerate: CAMERA_RATE } : {}
    return this.connection.addTransceiver(device, { direction: 'sendrecv', sendEncodings: [limits] }).sender
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
