/** The conversation's id: the last part of its URL. */
export function conversationIdOf(url: string): string {
  return url.split('/').filter(Boolean).at(-1) ?? ''
}
