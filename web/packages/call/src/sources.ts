/** What a participant may send (docs/signalling.md). */
export type Source = 'microphone' | 'camera' | 'screen' | 'screen-audio'

export type MediaKind = 'audio' | 'video'

/** What each source is, as WebRTC names it. */
export const KIND_OF: Record<Source, MediaKind> = {
  microphone: 'audio',
  camera: 'video',
  screen: 'video',
  'screen-audio': 'audio',
}

/** Reads the sources a participant sends; what is none is passed over. */
export function parseSources(value: unknown): Source[] {
  return Array.isArray(value) ? value.filter((name): name is Source => typeof name === 'string' && name in KIND_OF) : []
}
