import { CallProblem, type DeviceKind, Emitter } from '@visavis/call'
import type { Line, LineEvents, LineJoin, LineView, Opened, Opening } from './line'
import { CONNECT, type FrameLook, type OrderName, type Orders, READY, type Word } from './wire'

/** Milliseconds for the page in the frame to answer, at most. */
const LOAD_LIMIT = 15_000

const EMPTY: LineView = {
  state: 'idle',
  reason: '',
  problem: null,
  participants: [],
  devices: { microphone: '', camera: '', speaker: '' },
}

interface Waiting {
  resolve: (result: never) => void
  reject: (problem: Error) => void
}

/**
 * The server's own page in an iframe, steered over a message port. The call lives there; here is a mirror of it,
 * without tracks, which cannot leave their page.
 */
export class FrameLine extends Emitter<LineEvents> implements Line {
  readonly iframe: HTMLIFrameElement
  #view = EMPTY
  #look: FrameLook
  #loaded = ''
  #port: MessagePort | null = null
  #connected: (() => void) | null = null
  #joined: LineJoin | null = null
  #orders = 0
  readonly #waiting = new Map<number, Waiting>()

  constructor(iframe: HTMLIFrameElement, look: FrameLook) {
    super()
    this.iframe = iframe
    this.#look = look
    window.addEventListener('message', this.#onReady)
  }

  get view(): LineView {
    return this.#view
  }

  async load(url: string): Promise<void> {
    if (!url || (url === this.#loaded && this.#port)) return
    this.#loaded = url
    this.#port = null
    await new Promise<void>((resolve, reject) => {
      const fail = (): void => {
        this.#loaded = ''
        reject(new CallProblem('unreachable', 'The call’s page did not answer. Check the URL and the server.'))
      }
      const timer = setTimeout(fail, LOAD_LIMIT)
      this.#connected = () => {
        clearTimeout(timer)
        resolve()
      }
      this.iframe.src = `${url}?frame=1`
    })
  }

  async join(options: LineJoin): Promise<void> {
    this.#joined = options
    await this.#order('join', options)
  }

  leave(): void {
    this.#joined = null
    this.#tell('leave')
  }

  send(data: unknown, to: string): void {
    if (this.#view.state !== 'joined') throw new CallProblem('connection', 'Not sent: there is no connection just now.')
    this.#tell('send', data, to)
  }

  open(device: DeviceKind, opening: Opening): Promise<Opened> {
    if (opening.choice instanceof MediaStreamTrack) {
      const message = 'A track of this page cannot be sent from a frame. Use createCallObject() for that.'
      return Promise.resolve({ ok: false, problem: 'unsupported', message })
    }
    return this.#order('open', device, opening)
  }

  shut(device: DeviceKind): void {
    this.#tell('shut', device)
  }

  mute(muted: boolean): void {
    this.#tell('mute', muted)
  }

  share(options: DisplayMediaStreamOptions | MediaStream): Promise<boolean> {
    if (!(options instanceof MediaStream)) return this.#order('share', options)
    return Promise.reject(new Error('A stream of this page cannot be sent from a frame. Use createCallObject() for that.'))
  }

  stopSharing(): void {
    this.#tell('stopSharing')
  }

  devices(): Promise<MediaDeviceInfo[]> {
    return this.#port ? this.#order('devices') : navigator.mediaDevices.enumerateDevices()
  }

  setSpeaker(id: string): void {
    this.#tell('setSpeaker', id)
  }

  report(): Promise<unknown[]> {
    return this.#order('report')
  }

  levels(): Promise<Record<string, number>> {
    return this.#order('levels')
  }

  stopLevels(): void {
    this.#tell('stopLevels')
  }

  show(look: FrameLook): void {
    this.#look = { ...this.#look, ...look }
    this.#tell('show', look)
  }

  close(): void {
    window.removeEventListener('message', this.#onReady)
    this.#port?.close()
    this.#port = null
    this.iframe.remove()
  }

  /** The page is there, or there again: a frame that is moved in its document loads anew. */
  readonly #onReady = ({ data, source }: MessageEvent): void => {
    if (data !== READY || source !== this.iframe.contentWindow || !this.#loaded) return
    const again = this.#joined
    this.#failWaiting()
    const { port1, port2 } = new MessageChannel()
    this.#port = port1
    port1.addEventListener('message', (message: MessageEvent<Word>) => this.#onWord(message.data))
    port1.start()
    this.iframe.contentWindow?.postMessage(CONNECT, new URL(this.#loaded).origin, [port2])
    this.#tell('show', this.#look)
    this.#connected?.()
    this.#connected = null
    if (again) void this.#order('join', again).catch(() => undefined)
  }

  #onWord(word: Word): void {
    if ('event' in word) {
      if (word.event === 'view') this.#view = word.payload
      this.emit(word.event, word.payload)
      return
    }
    const waiting = this.#waiting.get(word.id)
    this.#waiting.delete(word.id)
    if ('problem' in word) waiting?.reject(new CallProblem(word.problem.kind, word.problem.message))
    else waiting?.resolve(word.result as never)
  }

  #tell<Name extends OrderName>(name: Name, ...args: Orders[Name]['args']): void {
    this.#order(name, ...args).catch(() => undefined)
  }

  #order<Name extends OrderName>(name: Name, ...args: Orders[Name]['args']): Promise<Orders[Name]['result']> {
    const port = this.#port
    if (!port) return Promise.reject(new CallProblem('connection', 'The call’s page is not loaded.'))
    const id = ++this.#orders
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      port.postMessage({ id, name, args })
    })
  }

  #failWaiting(): void {
    for (const { reject } of this.#waiting.values()) reject(new CallProblem('connection', 'The call’s page was loaded anew.'))
    this.#waiting.clear()
  }
}
