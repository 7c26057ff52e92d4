import { ALLOW } from '@visavis/daily-js/frame'
import { h, icon } from './dom'

/** A screen before, after or instead of the call. */
export interface Screen {
  readonly title: string
  readonly words: string
  /** The word on the button; left out where there is nothing to press. */
  readonly action?: string
}

/** The box in which a conversation is seen: a screen with words, or the conversation's own page in a frame. */
export class Surface {
  readonly box: HTMLElement
  readonly #screen = h('div', { class: 'screen', 'data-testid': 'screen' })
  readonly #veil = h('div', { class: 'veil', role: 'status', hidden: '' })
  readonly #notices = h('div', { role: 'alert' })
  readonly #press: () => void

  /** @param press somebody pressed the screen's button. */
  constructor(press: () => void) {
    this.#press = press
    this.box = h('div', { class: 'box', 'data-testid': 'box' }, this.#screen, this.#veil, this.#notices)
  }

  /** A fresh frame for a conversation's page. */
  frame(title: string): HTMLIFrameElement {
    const iframe = h('iframe', { allow: ALLOW, title, 'data-testid': 'frame' })
    const focused = this.#hasFocus
    this.box.prepend(iframe)
    this.#screen.hidden = true
    if (focused) iframe.focus()
    return iframe
  }

  show({ title, words, action }: Screen): void {
    const focused = this.#hasFocus
    const face = h('div', { class: 'face' }, icon('video'))
    this.#screen.replaceChildren(face, h('p', { class: 'title' }, title), h('p', { class: 'words' }, words))
    if (action) {
      const button = h('button', { type: 'button', class: 'primary', 'data-testid': 'start' }, action)
      button.addEventListener('click', this.#press)
      this.#screen.append(button)
    }
    this.#screen.hidden = false
    this.wait('')
    this.notice('')
    if (focused) this.#screen.querySelector('button')?.focus()
  }

  /** Covers the frame while there is nothing to see in it; an empty text uncovers it. */
  wait(words: string): void {
    this.#veil.replaceChildren(...(words ? [h('p', { class: 'dots' }, words)] : []))
    this.#veil.hidden = !words
  }

  /** Something that went wrong while everything else goes on. */
  notice(words: string): void {
    if (!words) {
      this.#notices.replaceChildren()
      return
    }
    const dismiss = h('button', { type: 'button', class: 'plain', 'aria-label': 'Dismiss' }, icon('close'))
    dismiss.addEventListener('click', () => this.notice(''))
    this.#notices.replaceChildren(h('div', { class: 'notice' }, h('p', { 'data-testid': 'error' }, words), dismiss))
  }

  /** Whether the keyboard is in here: then it must not be lost with what had it. */
  get #hasFocus(): boolean {
    const root = this.box.getRootNode()
    return root instanceof ShadowRoot && this.box.contains(root.activeElement)
  }

  /** Moves the keyboard to what can be done here. */
  focus(): void {
    this.box.querySelector<HTMLElement>('iframe, .screen button')?.focus()
  }
}
