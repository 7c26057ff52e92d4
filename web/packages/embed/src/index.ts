import { define } from './define'

define()

export type { EmbedApi } from './api'
export { CallElement } from './element'
export type { EmbedEvents, EmbedMode, EmbedState, ToolCallDetail } from './events'
export { TavusIntegration, TavusIntegration as VisavisIntegration } from './integration'
export { WidgetElement } from './widget'
