/** ICE servers named by a WHIP answer's Link headers (RFC 9725, section 4.6; RFC 8288). */
export function parseIceServers(header: string | null): RTCIceServer[] {
  return splitOutsideQuotes(header ?? '', ',')
    .map(parseLink)
    .filter((server) => server !== null)
}

function parseLink(link: string): RTCIceServer | null {
  const match = /^\s*<([^>]*)>(.*)$/s.exec(link)
  if (!match) return null
  const [, url = '', rest = ''] = match
  const parameters = parseParameters(rest)
  if (!parameters.get('rel')?.split(/\s+/).includes('ice-server')) return null
  if (!/^(stun|stuns|turn|turns):/i.test(url)) return null
  const username = parameters.get('username')
  const credential = parameters.get('credential')
  return { urls: url, ...(username ? { username } : {}), ...(credential ? { credential } : {}) }
}

function parseParameters(text: string): Map<string, string> {
  const parameters = new Map<string, string>()
  for (const part of splitOutsideQuotes(text, ';')) {
    const match = /^\s*([\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|(\S+))\s*$/s.exec(part)
    if (!match) continue
    const [, name = '', quoted, bare] = match
    parameters.set(name.toLowerCase(), quoted?.replace(/\\(.)/g, '$1') ?? bare ?? '')
  }
  return parameters
}

/** Splits at a separator that stands neither in quotes nor in angle brackets. */
function splitOutsideQuotes(text: string, separator: string): string[] {
  const parts: string[] = []
  let part = ''
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|<[^>]*>|[^]/g)) {
    if (token === separator) {
      parts.push(part)
      part = ''
    } else {
      part += token
    }
  }
  return [...parts, part].filter((each) => each.trim() !== '')
}
