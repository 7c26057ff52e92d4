import type { Participant, Source } from '@visavis/call'

/** Somebody else in the call, as the page shows them. */
export interface Person {
  readonly id: string
  readonly name: string
  readonly microphone: MediaStreamTrack | null
  readonly camera: MediaStreamTrack | null
  readonly screen: MediaStreamTrack | null
  readonly screenAudio: MediaStreamTrack | null
}

type TrackOf = (participantId: string, source: Source) => MediaStreamTrack | null

/** Everybody who can be heard or seen, or has a name; programs that only watch have neither. */
export function peopleOf(participants: readonly Participant[], ownId: string, trackOf: TrackOf): Person[] {
  return participants
    .filter(({ id, kind, userName, sending }) => kind === 'person' && id !== ownId && (userName !== '' || sending.length > 0))
    .map(({ id, userName, sending }) => {
      const track = (source: Source): MediaStreamTrack | null => (sending.includes(source) ? trackOf(id, source) : null)
      return {
        id,
        name: userName || 'Guest',
        microphone: track('microphone'),
        camera: track('camera'),
        screen: track('screen'),
        screenAudio: track('screen-audio'),
      }
    })
}
