import type { PageParams } from './params'

/**
 * Takes the meeting token out of the address bar, so that it stays neither in the history nor in a link that is
 * copied from there. This tab remembers it, or reloading the page would lock the user out.
 */
export function keepToken(params: PageParams): PageParams {
  const key = `token ${params.conversationUrl}`
  if (!params.token) return { ...params, token: remembered(key) }
  const bare = new URL(window.location.href)
  bare.searchParams.delete('t')
  window.history.replaceState(window.history.state, '', bare)
  try {
    window.sessionStorage.setItem(key, params.token)
  } catch {
    // A sandboxed frame has no storage: then the page around it gives the token again.
  }
  return params
}

function remembered(key: string): string {
  try {
    return window.sessionStorage.getItem(key) ?? ''
  } catch {
    return ''
  }
}
