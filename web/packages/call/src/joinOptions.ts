import { splitToken } from './bearer'
import type { DeviceChoice } from './capture'

export interface JoinOptions {
  /** The conversation's URL, as the REST API gives it; it may carry a meeting token as `?t=`. */
  url: string
  userName?: string
  /** A meeting token, for servers that ask for one. */
  token?: string
  /** Opens the microphone or camera on joining. Left out: what `media` holds already is sent. */
  microphone?: DeviceChoice
  camera?: DeviceChoice
  /** Known beforehand; others are taken from the server's answer. */
  iceServers?: RTCIceServer[]
}

/** The token is what `token` says, or else the URL. */
export function withToken(options: JoinOptions): JoinOptions {
  const { url, token } = splitToken(options.url, window.location.href)
  return token ? { ...options, url, token: options.token || token } : options
}

/** Where to offer. */
export function endpointOf({ url, userName }: JoinOptions): string {
  const endpoint = new URL(`${url.replace(/\/$/, '')}/whip`, window.location.href)
  if (userName) endpoint.searchParams.set('user_name', userName)
  return endpoint.href
}
