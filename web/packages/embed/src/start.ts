import { isObject, splitToken, stringOf } from '@visavis/call'
import { EmbedProblem } from './problem'
import { type Source, webAddress } from './source'

/** A conversation that can be joined. */
export interface Made {
  readonly url: string
  /** A meeting token, where the conversation asks for one. */
  readonly token: string
}

/** The conversation itself; asks the start endpoint for it where there is one. Throws an EmbedProblem. */
export async function make(source: Source, request: typeof fetch = fetch): Promise<Made> {
  if (source.kind === 'made') return { url: source.url, token: source.token }
  const response = await request(source.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(source.body),
  }).catch(() => {
    throw new EmbedProblem('start-failed', 'The conversation could not be started: the page’s server does not answer.')
  })
  if (!response.ok) {
    throw new EmbedProblem('start-failed', `The conversation could not be started (${response.status}). Try again in a moment.`)
  }
  const answer: unknown = await response.json().catch(() => null)
  const url = isObject(answer) ? stringOf(answer, 'conversation_url') : ''
  if (!isObject(answer) || !url) {
    throw new EmbedProblem('start-failed', 'The conversation could not be started: the answer has no conversation_url.')
  }
  const made = splitToken(webAddress(url, source.url))
  return { ...made, token: stringOf(answer, 'meeting_token') || made.token }
}
