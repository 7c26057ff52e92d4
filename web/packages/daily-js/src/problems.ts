import type { DeviceKind, MediaProblemKind, ProblemKind } from '@visavis/call'
import type { DailyCameraErrorObject, DailyEventPayloads, DailyFatalErrorObject, DailyFatalErrorType } from './types/events'

/** A device that could not be used. */
export interface Trouble {
  readonly device: DeviceKind
  readonly problem: MediaProblemKind
  readonly message: string
}

const FATAL: Record<Exclude<ProblemKind, 'unreachable' | 'connection' | 'server' | 'unsupported'>, DailyFatalErrorType> = {
  'not-found': 'no-room',
  ended: 'exp-room',
  full: 'meeting-full',
  refused: 'not-allowed',
  expired: 'exp-token',
}

/** Daily's error for a join or a call that failed. `on` is what was being done. */
export function fatalError(
  kind: ProblemKind | null,
  msg: string,
  on: 'load' | 'join' | 'reconnect',
): DailyFatalErrorObject {
  if (kind && kind in FATAL) return { type: FATAL[kind as keyof typeof FATAL] as 'no-room', msg }
  return { type: 'connection-error', msg, details: { on, sourceError: { kind: kind ?? 'connection', message: msg } } }
}

/** Daily's camera-error for the devices that could not be opened. */
export function cameraError(troubles: readonly Trouble[]): DailyEventPayloads['camera-error'] {
  const failed = (device: DeviceKind): boolean => troubles.some((trouble) => trouble.device === device)
  const msg = troubles.map(({ message }) => message).join(' ')
  return {
    errorMsg: { errorMsg: msg, audioOk: !failed('audio'), videoOk: !failed('video') },
    error: cameraErrorObject(troubles, msg),
  }
}

function cameraErrorObject(troubles: readonly Trouble[], msg: string): DailyCameraErrorObject {
  const of = (...kinds: MediaProblemKind[]): DeviceKind[] =>
    troubles.filter(({ problem }) => kinds.includes(problem)).map(({ device }) => device)
  const [denied, embedded] = [of('denied'), of('embedded')]
  const [missing, busy] = [of('missing', 'disconnected'), of('busy')]
  if (denied.length > 0) return { type: 'permissions', blockedBy: 'user', blockedMedia: denied, msg }
  if (embedded.length > 0) return { type: 'permissions', blockedBy: 'browser', blockedMedia: embedded, msg }
  if (of('insecure').length > 0) return { type: 'undefined-mediadevices', msg }
  if (busy.length > 1) return { type: 'cam-mic-in-use', msg }
  if (busy.length > 0) return { type: busy[0] === 'audio' ? 'mic-in-use' : 'cam-in-use', msg }
  if (missing.length > 0) return { type: 'not-found', missingMedia: missing, msg }
  return { type: 'unknown', msg }
}
