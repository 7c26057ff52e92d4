import { asEvent, CallProblem, type ConversationEvent, Emitter, type JsonObject } from '@visavis/call'
import { type FrameLook, FrameLine } from '@visavis/daily-js/frame'
import { type EmbedEvents, type EmbedState, stateOf } from './events'
import { problemOf } from './problem'
import type { Source } from './source'
import { make, type Made } from './start'

/** Milliseconds for the page in the frame to say goodbye, at most. */
const GOODBYE = 1500

/** What starting needs to know. */
export interface Start {
  readonly source: Source
  readonly userName: string
  readonly microphone: boolean
  readonly camera: boolean
  readonly look: FrameLook
  /** In the document, for the conversation's page. */
  readonly iframe: HTMLIFrameElement
}

interface ConversationEvents {
  state: { state: EmbedState; reason: string }
  started: string
  ended: string
  error: EmbedEvents['error']
  event: ConversationEvent
}

/** One conversation after the other in an element: made, joined in a frame, steered, ended. */
export class Conversation extends Emitter<ConversationEvents> {
  #state: EmbedState = 'idle'
  #made: Promise<Made> | null = null
  #line: FrameLine | null = null
  #id = ''
  #started = false

  get state(): EmbedState {
    return this.#state
  }

  /** The id of the conversation that is going on; otherwise empty. */
  get id(): string {
    return this.#id
  }

  get running(): boolean {
    return this.#line !== null
  }

  /** Has a conversation made without joining it. Throws an EmbedProblem. */
  async create(source: Source): Promise<void> {
    const made = make(source)
    this.#made = made
    try {
      await made
    } catch (error) {
      if (this.#made === made) this.#made = null
      throw error
    }
  }

  /** Joins; settles when that is done or has failed. How it went is told by events. */
  async start(start: Start): Promise<void> {
    if (this.#line) return
    const line = new FrameLine(start.iframe, start.look)
    this.#line = line
    this.#started = false
    this.#go('connecting')
    try {
      const made = await (this.#made ?? make(start.source))
      this.#made = null
      if (this.#line === line) await this.#enter(line, made, start)
    } catch (error) {
      this.#made = null
      if (this.#line === line) this.#fail(error)
    }
  }

  /** Leaves. The conversation itself ends by the server's rules once nobody is there. */
  end(): void {
    const line = this.#line
    this.#made = null
    if (!line) return
    if (!this.#started) {
      this.#over('ended', '')
      return
    }
    line.leave()
    setTimeout(() => this.#line === line && this.#over('ended', ''), GOODBYE)
  }

  /** The page is to look otherwise from now on. */
  show(look: FrameLook): void {
    this.#line?.show(look)
  }

  /** Sends an interaction of the Interactions Protocol; what it lacks of the envelope is added. Throws a CallProblem. */
  send(interaction: JsonObject): void {
    if (!this.#line) throw new CallProblem('connection', 'Not sent: there is no conversation just now.')
    this.#line.send({ message_type: 'conversation', conversation_id: this.#id, ...interaction }, '*')
  }

  async #enter(line: FrameLine, { url, token }: Made, { userName, microphone, camera }: Start): Promise<void> {
    this.#id = new URL(url).pathname.split('/').at(-1) ?? ''
    line.on('view', ({ state, reason }) => {
      if (this.#line !== line) return
      if (state === 'left') this.#over('ended', reason)
      else if (state === 'failed' && this.#started) this.#lose(reason)
      else if (state !== 'failed') this.#go(stateOf(state), reason)
    })
    line.on('message', ({ data }) => {
      const event = asEvent(data)
      if (event && this.#line === line) this.emit('event', event)
    })
    line.on('device', ({ device, problem, message }) => this.#deviceError(device, problem, message))
    await line.load(url)
    if (microphone) await this.#open(line, 'audio')
    if (this.#line !== line) return
    // The camera's question need not hold up the call.
    if (camera) void this.#open(line, 'video')
    await line.join({ url, userName, token, iceServers: [] })
  }

  async #open(line: FrameLine, device: 'audio' | 'video'): Promise<void> {
    const opened = await line.open(device, { choice: true, constraints: {} })
    if (!opened.ok && this.#line === line) this.#deviceError(device, opened.problem, opened.message)
  }

  #deviceError(device: 'audio' | 'video', problem: string, message: string): void {
    this.emit('error', { code: `${device === 'audio' ? 'microphone' : 'camera'}-${problem}`, message })
  }

  #go(state: EmbedState, reason = ''): void {
    if (state === 'connected' && !this.#started) {
      this.#started = true
      this.emit('started', this.#id)
    }
    if (state === this.#state) return
    this.#state = state
    this.emit('state', { state, reason })
  }

  #fail(error: unknown): void {
    const problem = problemOf(error)
    this.#over('error', problem.message)
    this.emit('error', problem)
  }

  #lose(reason: string): void {
    this.#over('ended', reason)
    this.emit('error', { code: 'connection', message: reason })
  }

  #over(state: 'ended' | 'error', reason: string): void {
    const line = this.#line
    this.#line = null
    const id = this.#id
    this.#id = ''
    this.#go(state, reason)
    line?.close()
    if (this.#started) this.emit('ended', id)
    this.#started = false
  }
}
