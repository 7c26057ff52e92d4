/** What kind of thing went wrong; the words are for people, the kind is for programs. */
export type ProblemKind =
  | 'unsupported'
  | 'not-found'
  | 'ended'
  | 'full'
  | 'refused'
  | 'expired'
  | 'unreachable'
  | 'connection'
  | 'server'

/** A failed join or call, in words that say what to do next. */
export class CallProblem extends Error {
  readonly kind: ProblemKind

  constructor(kind: ProblemKind, message: string) {
    super(message)
    this.name = 'CallProblem'
    this.kind = kind
  }

  /** Whether another attempt can help. */
  get passing(): boolean {
    return this.kind === 'unreachable' || this.kind === 'connection' || this.kind === 'server'
  }
}

/** The problem an HTTP status of the signalling endpoint stands for. */
export function problemOfStatus(status: number): CallProblem {
  if (status === 404 || status === 410) {
    return new CallProblem('not-found', 'There is no conversation at this address. Check the link, or ask for a new one.')
  }
  if (status === 409 || status === 429 || status === 503) {
    return new CallProblem('full', 'There is no room for another caller just now. Try again in a minute.')
  }
  if (status === 401) {
    return new CallProblem('expired', 'Your invitation to this meeting has expired. Ask its host for a new one.')
  }
  if (status === 403) return new CallProblem('refused', 'You are not allowed to join this meeting.')
  if (status >= 500) {
    return new CallProblem('server', `The server could not take the call (${status}). Try again in a moment.`)
  }
  return new CallProblem('refused', `The server refused the call (${status}). Reload the page and try again.`)
}
