/** What the page's address says: which conversation, and how an embedding page wants it. */
export interface PageParams {
  /** The conversation's URL without query. */
  readonly conversationUrl: string
  /** A meeting token, for a private conversation; otherwise empty. */
  readonly token: string
  readonly userName: string
  /** Skip the lobby. */
  readonly join: boolean
  readonly microphone: boolean
  readonly camera: boolean
  /** null: as the conversation has it. */
  readonly captions: boolean | null
  readonly panel: boolean
  /** The page around this one gives the orders: nothing opens and nobody joins before it says so. */
  readonly frame: boolean
}

/** Reads `?t=…&join=1&name=Ada&mic=0&camera=0&captions=0&panel=1`; `autojoin` and `user_name` are understood too. */
export function readParams(address: string): PageParams {
  const url = new URL(address)
  const query = url.searchParams
  const flag = (name: string, otherwise: boolean): boolean => {
    const value = query.get(name)
    return value === null ? otherwise : !['0', 'false', 'no', 'off'].includes(value.toLowerCase())
  }
  return {
    conversationUrl: url.origin + url.pathname.replace(/\/+$/, ''),
    token: query.get('t') ?? '',
    userName: query.get('name') ?? query.get('user_name') ?? '',
    join: flag('join', flag('autojoin', false)),
    microphone: flag('mic', true),
    camera: flag('camera', true),
    captions: query.has('captions') ? flag('captions', true) : null,
    panel: flag('panel', false),
    frame: flag('frame', false),
  }
}
