export type DeviceKind = 'audio' | 'video'

export type MediaProblemKind =
  | 'insecure'
  | 'unsupported'
  | 'embedded'
  | 'denied'
  | 'missing'
  | 'busy'
  | 'disconnected'

/** A microphone or camera that cannot be used, in words that say what to do. */
export class MediaProblem extends Error {
  readonly kind: MediaProblemKind
  readonly device: DeviceKind

  constructor(kind: MediaProblemKind, device: DeviceKind) {
    super(WORDS[kind](device === 'audio' ? 'microphone' : 'camera'))
    this.name = 'MediaProblem'
    this.kind = kind
    this.device = device
  }
}

const WORDS: Record<MediaProblemKind, (device: string) => string> = {
  insecure: (device) =>
    `Browsers give out the ${device} only over HTTPS. Open this page with https:// in front, or on the machine that serves it.`,
  unsupported: (device) => `This browser cannot use a ${device} here. Try a current Chrome, Edge, Firefox or Safari.`,
  embedded: (device) =>
    `The page around this call does not pass on the ${device}. Its iframe needs allow="microphone; camera; autoplay".`,
  denied: (device) => `The ${device} is blocked for this page. Allow it beside the address, then choose it here again.`,
  missing: (device) => `No ${device} was found. Plug one in, then choose it here.`,
  busy: (device) => `The ${device} is in use by another program. Close that program, then choose it here again.`,
  disconnected: (device) => `The ${device} was disconnected. Plug it in again or choose another.`,
}

/** What the failure of getUserMedia means. `allowed` is whether the frame may ask at all. */
export function mediaProblemOf(error: unknown, device: DeviceKind, allowed = true): MediaProblem {
  const name = error instanceof Error ? error.name : ''
  if (!allowed) return new MediaProblem('embedded', device)
  if (name === 'NotAllowedError' || name === 'SecurityError') return new MediaProblem('denied', device)
  if (name === 'NotFoundError' || name === 'OverconstrainedError') return new MediaProblem('missing', device)
  if (name === 'NotReadableError' || name === 'AbortError') return new MediaProblem('busy', device)
  return new MediaProblem('unsupported', device)
}
