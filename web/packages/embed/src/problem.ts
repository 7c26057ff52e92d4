import { CallProblem } from '@visavis/call'

/** Something that keeps an embedded conversation from going on: a code for programs, words for people. */
export class EmbedProblem extends Error {
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.name = 'EmbedProblem'
    this.code = code
  }
}

/** What `tavus:error` says of an error. */
export function problemOf(error: unknown): { code: string; message: string } {
  const message = error instanceof Error ? error.message : 'The conversation could not be joined.'
  if (error instanceof EmbedProblem) return { code: error.code, message }
  return { code: error instanceof CallProblem ? error.kind : 'connection', message }
}
