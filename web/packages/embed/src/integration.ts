import type { JsonObject } from '@visavis/call'
import type { EmbedApi } from './api'
import type { EmbedEventName, EmbedEvents } from './events'

type PrefixedName = `tavus:${EmbedEventName}` | `visavis:${EmbedEventName}`
type DetailOf<Name extends PrefixedName> = Name extends `${string}:${infer Plain extends EmbedEventName}` ? EmbedEvents[Plain] : never
type Handler<Name extends PrefixedName> = (event: CustomEvent<DetailOf<Name>>) => void

/** The hosted service's typed helper: finds an element in the page, listens to it and steers it. */
export class TavusIntegration {
  readonly element: HTMLElement & { readonly visavis: EmbedApi }

  /** @param element the element, or a selector of it. Throws when the page has none. */
  constructor(element: string | HTMLElement = 'tavus-embed') {
    const found = typeof element === 'string' ? document.querySelector<HTMLElement>(element) : element
    if (!isEmbed(found)) {
      const what = typeof element === 'string' ? element : element.localName
      throw new Error(`There is no ${what} in this page. Create the integration after the element is in the document.`)
    }
    this.element = found
  }

  /** Listens. Who asks for `ready` late is told so at once. */
  on<Name extends PrefixedName>(name: Name, handler: Handler<Name>): void {
    this.element.addEventListener(name, handler as EventListener)
    if (!name.endsWith(':ready') || !this.element.visavis.ready) return
    queueMicrotask(() => handler(new CustomEvent(name, { detail: null }) as CustomEvent<DetailOf<Name>>))
  }

  off<Name extends PrefixedName>(name: Name, handler: Handler<Name>): void {
    this.element.removeEventListener(name, handler as EventListener)
  }

  createConversation(): Promise<void> {
    return this.element.visavis.createConversation()
  }

  startConversation(): Promise<void> {
    return this.element.visavis.startConversation()
  }

  endConversation(): void {
    this.element.visavis.endConversation()
  }

  sendMessage(interaction: JsonObject): void {
    this.element.visavis.sendMessage(interaction)
  }

  echo(text: string): void {
    this.element.visavis.echo(text)
  }

  respond(text: string): void {
    this.element.visavis.respond(text)
  }

  interrupt(): void {
    this.element.visavis.interrupt()
  }
}

function isEmbed(element: HTMLElement | null): element is HTMLElement & { readonly visavis: EmbedApi } {
  return element !== null && 'visavis' in element
}
