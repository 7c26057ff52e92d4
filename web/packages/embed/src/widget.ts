import { h, icon } from './dom'
import { CallElement } from './element'
import { FLOATING } from './style'

/** `<visavis-widget>`: a launcher in the corner of the window that opens the conversation above the page. */
export class WidgetElement extends CallElement {
  readonly #word = h('span')
  readonly #launcher = h('button', { type: 'button', class: 'launcher primary', 'aria-haspopup': 'dialog', 'data-testid': 'launcher' })
  readonly #title = h('p')
  readonly #close = h('button', { type: 'button', class: 'plain', 'data-testid': 'close' }, icon('close'))
  readonly #popup = h('div', { class: 'popup', role: 'dialog', hidden: '' })

  constructor() {
    super()
    this.addStyle(FLOATING)
  }

  /** Opens the popup and gives it the keyboard. */
  expand(): void {
    this.#popup.hidden = false
    this.#launcher.hidden = true
    this.tellMode()
    this.surface.focus()
  }

  /** Back to the launcher. A call goes on, and the launcher says so. */
  collapse(): void {
    this.#popup.hidden = true
    this.#launcher.hidden = false
    this.tellMode()
    this.#launcher.focus()
  }

  override async startConversation(): Promise<void> {
    if (this.#popup.hidden) this.expand()
    await super.startConversation()
  }

  protected override shell(box: HTMLElement): HTMLElement {
    this.#launcher.append(icon('video'), this.#word)
    this.#launcher.addEventListener('click', () => this.expand())
    this.#close.addEventListener('click', () => this.collapse())
    this.#popup.append(h('div', { class: 'head' }, this.#title, this.#close), box)
    this.#popup.addEventListener('keydown', ({ key }) => key === 'Escape' && this.collapse())
    return h('section', {}, this.#popup, this.#launcher)
  }

  protected override refresh(): void {
    super.refresh()
    this.#popup.setAttribute('aria-label', this.spokenName)
    this.#title.textContent = this.spokenName
    const running = this.state === 'connecting' || this.state === 'connected' || this.state === 'reconnecting'
    this.#launcher.classList.toggle('busy', running)
    this.#word.textContent = running ? 'Back to the call' : (this.getAttribute('label') ?? 'Talk to us')
    this.#close.setAttribute('aria-label', running ? 'Make small, the call goes on' : 'Close')
  }

  protected override get collapsed(): boolean {
    return this.#popup.hidden
  }
}
