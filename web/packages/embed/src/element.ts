import { echo, endWords, fetchStatus, interrupt, type JsonObject, respond } from '@visavis/call'
import type { EmbedApi } from './api'
import { Conversation } from './conversation'
import { h } from './dom'
import { type EmbedMode, type EmbedState, tell, toolCallOf } from './events'
import { lookOf, schemeOf } from './look'
import { problemOf } from './problem'
import { type Source, sourceOf } from './source'
import { STYLE } from './style'
import { type Screen, Surface } from './surface'
import { connecting, ended, type Notices, preview, trouble } from './words'

const DARK = matchMedia('(prefers-color-scheme: dark)')

/** `<visavis-call>`: a conversation in the place where the element stands. */
export class CallElement extends HTMLElement implements EmbedApi {
  static readonly observedAttributes = ['conversation-url', 'token', 'start-url', 'deployment-id', 'theme', 'label']

  readonly visavis: EmbedApi = this
  readonly tavus: EmbedApi = this
  protected readonly surface = new Surface(() => void this.startConversation())
  readonly #conversation = new Conversation()
  #ready = false
  #shown: EmbedMode = 'preview'
  #mode: EmbedMode | null = null
  #preparation = 0
  #replica = ''
  #notices: Notices | null = null

  constructor() {
    super()
    this.attachShadow({ mode: 'open' })
    this.addStyle(STYLE)
    this.#conversation.on('state', ({ state, reason }) => this.#onState(state, reason))
    this.#conversation.on('started', (conversationId) => tell(this, 'conversation-started', { conversationId }))
    this.#conversation.on('ended', (conversationId) => tell(this, 'conversation-ended', { conversationId }))
    this.#conversation.on('error', (error) => {
      // Where the call has not come about or is over, the screen says it already.
      if (this.#conversation.running) this.surface.notice(error.message)
      tell(this, 'error', error)
    })
    this.#conversation.on('event', (event) => {
      tell(this, 'protocol-message', event)
      const call = toolCallOf(event)
      if (call) tell(this, 'tool-call', call)
    })
  }

  get ready(): boolean {
    return this.#ready
  }

  get conversationId(): string {
    return this.#conversation.id
  }

  connectedCallback(): void {
    const { shadowRoot } = this
    if (shadowRoot?.childElementCount === 0) shadowRoot.append(this.shell(this.surface.box))
    this.refresh()
    DARK.addEventListener('change', this.#onScheme)
    this.#prepareSoon()
  }

  /** An element that is moved is away for a moment only; one that stays away must not leave a microphone open. */
  disconnectedCallback(): void {
    DARK.removeEventListener('change', this.#onScheme)
    setTimeout(() => !this.isConnected && this.endConversation(), 0)
  }

  attributeChangedCallback(name: string, before: string | null, after: string | null): void {
    if (!this.isConnected || before === after) return
    if (name === 'theme') this.#onScheme()
    else if (name === 'label') this.refresh()
    else this.#prepareSoon()
  }

  async createConversation(): Promise<void> {
    try {
      await this.#conversation.create(this.#source())
    } catch (error) {
      this.#trouble(error)
      throw error
    }
  }

  async startConversation(): Promise<void> {
    if (this.#conversation.running) return
    try {
      await this.#conversation.start({
        source: this.#source(),
        userName: this.getAttribute('user-name') ?? '',
        microphone: this.#uses('microphone'),
        camera: this.#uses('camera'),
        look: lookOf(this),
        iframe: this.surface.frame(this.spokenName),
      })
    } catch (error) {
      this.#trouble(error)
    }
  }

  endConversation(): void {
    this.#conversation.end()
  }

  sendMessage(interaction: JsonObject): void {
    this.#conversation.send(interaction)
  }

  echo(text: string): void {
    this.sendMessage(echo(this.conversationId, text))
  }

  respond(text: string): void {
    this.sendMessage(respond(this.conversationId, text))
  }

  interrupt(): void {
    this.sendMessage(interrupt(this.conversationId))
  }

  /** What readers of screens call it. */
  protected get spokenName(): string {
    return this.getAttribute('label') ?? (this.#replica ? `Conversation with ${this.#replica}` : 'Video conversation')
  }

  /** Adds a style sheet, in the way that a page's policy for styles does not forbid. */
  protected addStyle(text: string): void {
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(text)
    this.shadowRoot?.adoptedStyleSheets.push(sheet)
  }

  /** What stands around the box. */
  protected shell(box: HTMLElement): HTMLElement {
    return h('section', {}, box)
  }

  /** The name, the state or the theme is another one now. */
  protected refresh(): void {
    const section = this.shadowRoot?.querySelector('section')
    section?.setAttribute('aria-label', this.spokenName)
    section?.classList.toggle('dark', schemeOf(this) === 'dark')
  }

  /** Whether only something to open it by is seen. */
  protected get collapsed(): boolean {
    return false
  }

  protected get state(): EmbedState {
    return this.#conversation.state
  }

  /** Tells the page when something else is shown than before. */
  protected tellMode(): void {
    const mode = this.collapsed ? 'launcher' : this.#shown
    if (mode === this.#mode) return
    this.#mode = mode
    tell(this, 'mode-change', { mode })
  }

  readonly #onScheme = (): void => {
    this.refresh()
    this.#conversation.show(lookOf(this))
  }

  #source(): Source {
    return sourceOf((name) => this.getAttribute(name), document.baseURI)
  }

  #uses(device: 'microphone' | 'camera'): boolean {
    return this.getAttribute(device) !== 'off'
  }

  /** Attributes often come several at once; they are read when all are there. */
  #prepareSoon(): void {
    const turn = ++this.#preparation
    const due = (): boolean => turn === this.#preparation && this.isConnected && !this.#conversation.running
    setTimeout(() => due() && void this.#prepare(due), 0)
  }

  async #prepare(due: () => boolean): Promise<void> {
    try {
      const over = await this.#learn(this.#source())
      if (!due()) return
      if (over) this.#show('ended', { title: 'The conversation has ended', words: over })
      else this.#show('preview', preview(this.#replica, this.#notices))
    } catch (error) {
      if (due()) this.#trouble(error)
      return
    }
    const first = !this.#ready
    this.#ready = true
    if (first) tell(this, 'ready', null)
    if (first && this.hasAttribute('autostart')) await this.startConversation()
  }

  /** Learns about a conversation that is there already; answers why it is over, if it is. */
  async #learn(source: Source): Promise<string> {
    this.#notices = null
    if (source.kind === 'start') return ''
    const { status, shutdownReason, replicaName, ...notices } = await fetchStatus(source.url, fetch, source.token)
    this.#replica = replicaName
    this.#notices = { ...notices, open: { camera: this.#uses('camera'), microphone: this.#uses('microphone') } }
    this.refresh()
    return status === 'ended' ? endWords(shutdownReason) : ''
  }

  #onState(state: EmbedState, reason: string): void {
    const again = this.hasAttribute('start-url') || reason === '' || reason.startsWith('You left')
    if (state === 'connecting') this.surface.wait(connecting(this.#uses('microphone')))
    else this.surface.wait('')
    if (state === 'ended') this.#show('ended', ended(reason, again))
    else if (state === 'error') this.#show('error', trouble(reason, true))
    else this.#shown = 'call'
    this.tellMode()
    this.refresh()
    tell(this, 'state-change', { state })
  }

  #trouble(error: unknown): void {
    const problem = problemOf(error)
    this.#show('error', trouble(problem.message, false))
    tell(this, 'error', problem)
  }

  #show(mode: EmbedMode, screen: Screen): void {
    this.surface.show(screen)
    this.#shown = mode
    this.tellMode()
  }
}
