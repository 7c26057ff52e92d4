/** A meeting's URL without query, and the token that Daily's URLs may carry as `?t=`. */
export function splitToken(address: string): { url: string; token: string } {
  if (!address) return { url: '', token: '' }
  const url = new URL(address, window.location.href)
  return { url: url.origin + url.pathname.replace(/\/+$/, ''), token: url.searchParams.get('t') ?? '' }
}

/** The conversation's id: the last part of its URL. */
export function conversationIdOf(url: string): string {
  return url.split('/').filter(Boolean).at(-1) ?? ''
}
