/** ICE restarts by fragments (RFC 8840; docs/signalling.md): credentials and candidates without the rest of the SDP. */

const CANDIDATE = /^a=candidate:.*$/gm

/** The fragment of a description that restarts ICE: that of its first section, which carries all others. */
export function fragmentOf(sdp: string): string {
  const [, first = ''] = sdp.split(/^(?=m=)/m)
  const lines = first.split(/\r?\n/)
  const kept = lines.filter((line) => /^(m=|a=(mid|ice-ufrag|ice-pwd|candidate):)/.test(line))
  return [...kept, 'a=end-of-candidates', ''].join('\r\n')
}

/** The description as it is after the other side has answered a restart with this fragment; null if it is none. */
export function withFragment(sdp: string, fragment: string): string | null {
  const ufrag = /^a=ice-ufrag:(\S+)/m.exec(fragment)?.[1]
  const pwd = /^a=ice-pwd:(\S+)/m.exec(fragment)?.[1]
  if (!ufrag || !pwd) return null
  const renewed = sdp
    .replace(/^a=(candidate:.*|end-of-candidates)\r?\n/gm, '')
    .replace(/^a=ice-ufrag:.*$/gm, `a=ice-ufrag:${ufrag}`)
    .replace(/^a=ice-pwd:.*$/gm, `a=ice-pwd:${pwd}`)
  const candidates = (fragment.match(CANDIDATE) ?? []).map((line) => `${line.trim()}\r\n`).join('')
  const [head = '', first = '', ...rest] = renewed.split(/^(?=m=)/m)
  return [head, first + candidates, ...rest].join('')
}
