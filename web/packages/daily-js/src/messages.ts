/** Characters of JSON that Daily's own `sendAppMessage` takes. */
export const DAILY_LIMIT = 4096

/** Throws in Daily's words when the JSON of a message is longer than `limit` characters. */
export function checkSize(data: unknown, limit = DAILY_LIMIT): void {
  // undefined and functions have no JSON form, whatever the declared return type says.
  const text = JSON.stringify(data) as string | undefined
  if ((text?.length ?? 0) > limit) throw new Error(`Message data too large. Max size is ${limit}`)
}

/** The receivers of a message, each to be sent to on its own. */
export function targets(to: string | readonly string[]): readonly string[] {
  return typeof to === 'string' ? [to] : to
}
