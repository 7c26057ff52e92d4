import { isObject, stringOf } from './json'
import { parseSources, type Source } from './sources'

/** A person, an observing program, or the replica (docs/signalling.md). */
export interface Participant {
  readonly id: string
  readonly userId: string
  readonly userName: string
  readonly kind: 'person' | 'replica'
  /** Unix seconds. */
  readonly joinedAt: number
  /** What others can hear or see of the participant now; the replica's own voice and picture aside. */
  readonly sending: readonly Source[]
}

/** Reads a participant off the wire; null when it has no id. */
export function parseParticipant(value: unknown): Participant | null {
  if (!isObject(value)) return null
  const id = stringOf(value, 'id')
  if (!id) return null
  const joinedAt = value['joined_at']
  return {
    id,
    userId: stringOf(value, 'user_id'),
    userName: stringOf(value, 'user_name'),
    kind: value['kind'] === 'replica' ? 'replica' : 'person',
    joinedAt: typeof joinedAt === 'number' ? joinedAt : 0,
    sending: parseSources(value['sending']),
  }
}
