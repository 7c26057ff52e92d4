import { type JsonObject, splitToken } from '@visavis/call'
import { EmbedProblem } from './problem'

/** Where the conversation comes from: it is there already, or an endpoint of the page's own server makes one. */
export type Source =
  | { readonly kind: 'made'; readonly url: string; readonly token: string }
  | { readonly kind: 'start'; readonly url: string; readonly body: JsonObject }

type Attribute = (name: string) => string | null

/** Reads an element's attributes. Throws an EmbedProblem when they name no conversation. */
export function sourceOf(attribute: Attribute, base: string): Source {
  const made = attribute('conversation-url')
  if (made) {
    const { url, token } = splitToken(webAddress(made, base))
    return { kind: 'made', url, token: attribute('token') || token }
  }
  const start = attribute('start-url')
  if (start) return { kind: 'start', url: webAddress(start, base), body: bodyOf(attribute) }
  if (attribute('deployment-id') !== null) {
    throw new EmbedProblem(
      'deployment-unsupported',
      'This server has no deployments yet. Give the element a start-url or a conversation-url instead of a deployment-id.',
    )
  }
  throw new EmbedProblem('no-conversation', 'The element needs a conversation-url or a start-url.')
}

/** What the endpoint is asked for, in the REST API's names. */
function bodyOf(attribute: Attribute): JsonObject {
  const body: JsonObject = {}
  const context = attribute('conversational-context')
  const greeting = attribute('custom-greeting')
  const stores = attribute('memory-stores')?.split(',').map((store) => store.trim()).filter(Boolean) ?? []
  if (context) body['conversational_context'] = context
  if (greeting !== null) body['custom_greeting'] = greeting
  if (stores.length > 0) body['memory_stores'] = stores
  return body
}

/** An absolute address. Others than http(s) have no place in an iframe: `javascript:` would run in the host page. */
export function webAddress(address: string, base: string): string {
  const url = URL.canParse(address, base) ? new URL(address, base) : null
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url.href
  throw new EmbedProblem('bad-url', `This is no address of a conversation: ${address}`)
}
