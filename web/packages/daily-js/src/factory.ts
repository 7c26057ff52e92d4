import { browserInfo } from './browser'
import { DailyCall } from './dailyCall'
import { instance } from './instances'
import { ALLOW } from './line/allow'
import { CallLine } from './line/callLine'
import { FrameLine } from './line/frameLine'
import type { FrameLook } from './line/wire'
import type { DailyBrowserInfo, DailyFactoryOptions } from './types/settings'

/** The version of @daily-co/daily-js whose behaviour this follows. */
export const VERSION = '0.92.2'

type Style = Partial<CSSStyleDeclaration>

/** In a corner of the page, where nobody said where. */
const FLOATING: Style = {
  position: 'fixed',
  right: '1em',
  bottom: '1em',
  width: '375px',
  height: '450px',
  border: '1px solid black',
  backgroundColor: 'white',
}
const FILLING: Style = { width: '100%', height: '100%', border: '0' }
const COVERING: Style = { position: 'fixed', top: '0', left: '0', width: '100%', height: '100%', border: '0', pointerEvents: 'none' }

function createCallObject(properties: DailyFactoryOptions = {}): DailyCall {
  return new DailyCall(new CallLine(), properties)
}

function wrap(iframe: HTMLIFrameElement, properties: DailyFactoryOptions = {}): DailyCall {
  const look: FrameLook = {
    leaveButton: properties.showLeaveButton ?? false,
    fullscreenButton: properties.showFullscreenButton ?? false,
    ...(properties.showLocalVideo === undefined ? {} : { localVideo: properties.showLocalVideo }),
    ...(properties.theme ? { theme: properties.theme } : {}),
  }
  return new DailyCall(new FrameLine(iframe, look), properties)
}

function createFrame(parent: HTMLElement, properties?: DailyFactoryOptions): DailyCall
function createFrame(properties?: DailyFactoryOptions): DailyCall
function createFrame(first?: HTMLElement | DailyFactoryOptions, second?: DailyFactoryOptions): DailyCall {
  const parent = first instanceof HTMLElement ? first : document.body
  const properties = (first instanceof HTMLElement ? second : first) ?? {}
  return frameIn(parent, properties.iframeStyle ?? (parent === document.body ? FLOATING : FILLING), properties)
}

function createTransparentFrame(properties: DailyFactoryOptions = {}): DailyCall {
  return frameIn(document.body, COVERING, properties)
}

function frameIn(parent: HTMLElement, style: Style, properties: DailyFactoryOptions): DailyCall {
  const iframe = document.createElement('iframe')
  iframe.allow = ALLOW
  iframe.title = 'Call'
  Object.assign(iframe.style, style)
  parent.append(iframe)
  try {
    return wrap(iframe, properties)
  } catch (error) {
    iframe.remove()
    throw error
  }
}

function getCallInstance(callClientId?: string): DailyCall | undefined {
  const found = instance(callClientId)
  return found instanceof DailyCall ? found : undefined
}

/** What `@daily-co/daily-js` exports by default. */
export const Daily = {
  createCallObject,
  createFrame,
  createTransparentFrame,
  wrap,
  getCallInstance,
  supportedBrowser: (): DailyBrowserInfo => browserInfo(navigator.userAgent),
  version: (): string => VERSION,
}
