/** One entry of getStats() (webrtc-stats), as it comes off a report or another page. */
export type Entry = Record<string, unknown>

export function entries(report: readonly unknown[]): Entry[] {
  return report.filter((entry): entry is Entry => typeof entry === 'object' && entry !== null)
}

export function first(all: readonly Entry[], type: string, kind: string): Entry | undefined {
  return all.find((entry) => entry['type'] === type && entry['kind'] === kind)
}

export function numberOf(entry: Entry | undefined, key: string): number | null {
  const value = entry?.[key]
  return typeof value === 'number' ? value : null
}
