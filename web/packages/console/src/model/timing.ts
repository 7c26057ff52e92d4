import { type ConversationEvent, isObject, stringOf } from '@visavis/call'

/** How long one answer took, measured where this page runs. Times are milliseconds; null: not seen. */
export interface TurnTiming {
  readonly id: number
  readonly kind: 'spoken' | 'typed' | 'echo'
  /** When the user stopped, or the interaction left (milliseconds, any origin). */
  readonly start: number
  /** From start to the words understood. */
  readonly words: number | null
  /** From start to the replica's voice. */
  readonly voice: number | null
  /** From start to the replica's whole text. */
  readonly text: number | null
}

export interface Timings {
  readonly turns: readonly TurnTiming[]
  /** From an interrupt to the replica's stop. */
  readonly interrupts: readonly number[]
  readonly interruptedAt: number | null
  /** Where the wait for the last reply went, by the server's account (`visavis.latency`): step and milliseconds. */
  readonly steps: readonly (readonly [string, number])[]
}

export const NO_TIMINGS: Timings = { turns: [], interrupts: [], interruptedAt: null, steps: [] }

const LIMIT = 50

/** Follows an event that arrived. */
export function timeEvent(timings: Timings, event: ConversationEvent, at: number): Timings {
  const role = event.properties?.['role']
  switch (event.event_type) {
    case 'conversation.user.stopped_speaking':
      return open(timings, 'spoken', at)
    case 'conversation.utterance':
      return role === 'user' ? mark(timings, 'words', at) : role === 'replica' ? mark(timings, 'text', at) : timings
    case 'conversation.replica.started_speaking':
      return mark(withoutSounds(timings), 'voice', at)
    case 'conversation.replica.stopped_speaking':
      if (timings.interruptedAt === null) return timings
      return {
        ...timings,
        interrupts: [...timings.interrupts, at - timings.interruptedAt].slice(-LIMIT),
        interruptedAt: null,
      }
    case 'visavis.latency':
      return { ...timings, steps: stepsOf(event) }
    default:
      return timings
  }
}

/** Follows an interaction that left. */
export function timeSent(timings: Timings, message: unknown, at: number): Timings {
  const name = isObject(message) ? stringOf(message, 'event_type') : ''
  if (name === 'conversation.respond') return open(timings, 'typed', at)
  if (name === 'conversation.echo') return open(timings, 'echo', at)
  if (name === 'conversation.interrupt') return { ...timings, interruptedAt: at }
  return timings
}

/** The middle value, or null of none. */
export function median(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle]
  if (upper === undefined) return null
  return sorted.length % 2 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2
}

const STEPS: readonly (readonly [string, string])[] = [
  ['silence', 'Silence noticed'],
  ['turn', 'Turn complete, words there'],
  ['floor', 'Free to think'],
  ['llm_first_text', 'First text'],
  ['first_clause', 'First clause'],
  ['synthesis', 'Clause spoken'],
  ['playout', 'Voice sent'],
  ['total', 'Together'],
]

function stepsOf(event: ConversationEvent): [string, number][] {
  return STEPS.flatMap(([key, words]): [string, number][] => {
    const seconds = event.properties?.[key]
    return typeof seconds === 'number' ? [[words, seconds * 1000]] : []
  })
}

/** A user may pause several times in a turn: a turn that nothing answered yet starts anew. */
function open(timings: Timings, kind: TurnTiming['kind'], start: number): Timings {
  const last = timings.turns.at(-1)
  const unanswered = last?.kind === kind && last.words === null && last.voice === null
  const turns = unanswered ? timings.turns.slice(0, -1) : timings.turns
  const turn: TurnTiming = { id: (last?.id ?? 0) + 1, kind, start, words: null, voice: null, text: null }
  return { ...timings, turns: [...turns, turn].slice(-LIMIT) }
}

/** Sounds that no words came of (a cough, a door) are no turns: what is voiced answers what came before. */
function withoutSounds(timings: Timings): Timings {
  return { ...timings, turns: timings.turns.filter((turn) => turn.kind !== 'spoken' || turn.words !== null) }
}

function mark(timings: Timings, moment: 'words' | 'voice' | 'text', at: number): Timings {
  const last = timings.turns.at(-1)
  if (!last || last[moment] !== null) return timings
  return { ...timings, turns: [...timings.turns.slice(0, -1), { ...last, [moment]: at - last.start }] }
}
