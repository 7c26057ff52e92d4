/** The header that shows a meeting token, or the secret of a session; none without one. */
export function bearer(token: string): Record<string, string> {
  return token ? { Authorization: `Bearer ${token}` } : {}
}

/** A meeting's URL without query, and the token that it may carry as `?t=`. */
export function splitToken(address: string, base?: string): { url: string; token: string } {
  if (!address) return { url: '', token: '' }
  const url = new URL(address, base)
  return { url: url.origin + url.pathname.replace(/\/+$/, ''), token: url.searchParams.get('t') ?? '' }
}
