import { CallElement } from './element'
import { WidgetElement } from './widget'

declare global {
  interface HTMLElementTagNameMap {
    'visavis-call': CallElement
    'visavis-widget': WidgetElement
    'tavus-embed': CallElement
    'tavus-widget': WidgetElement
  }
}

/**
 * Gives the elements their names, those of the hosted service always included: a page that asks for this script
 * has chosen it, and an element's name costs nothing. A name that is taken stays with whoever has it.
 */
export function define(): void {
  // A class can have one name only.
  const elements: Record<string, CustomElementConstructor> = {
    'visavis-call': CallElement,
    'visavis-widget': WidgetElement,
    'tavus-embed': class extends CallElement {},
    'tavus-widget': class extends WidgetElement {},
  }
  for (const [name, element] of Object.entries(elements)) {
    if (!customElements.get(name)) customElements.define(name, element)
  }
}
