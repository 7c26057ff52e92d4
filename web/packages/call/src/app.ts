import { parseObject, stringOf } from './json'

/** Label of the channel that carries app messages (docs/signalling.md). */
export const APP_CHANNEL = 'visavis.app'

/** Bytes of a payload as UTF-8 JSON, at most. */
export const MAX_PAYLOAD_BYTES = 255 * 1024

/** A message as it arrived. */
export interface AppMessage {
  /** The sender's participant id. */
  readonly from: string
  readonly data: unknown
}

/** Frames a payload for one participant, or for all with `*`. Throws a RangeError beyond the limit. */
export function frameAppMessage(data: unknown, to: string): string {
  // undefined and functions have no JSON form, whatever the declared return type says.
  const payload = JSON.stringify(data) as string | undefined
  if (payload === undefined) throw new TypeError('This value has no JSON form')
  const size = new TextEncoder().encode(payload).byteLength
  if (size > MAX_PAYLOAD_BYTES) {
    throw new RangeError(`The message has ${size} bytes; at most ${MAX_PAYLOAD_BYTES} can be sent`)
  }
  return `{"to":${JSON.stringify(to)},"data":${payload}}`
}

/** Reads a frame; null when it is none. */
export function parseAppMessage(text: unknown): AppMessage | null {
  const frame = parseObject(text)
  if (!frame || !('data' in frame)) return null
  return { from: stringOf(frame, 'from'), data: frame['data'] }
}
