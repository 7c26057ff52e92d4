import { TRACK_TYPES, type TrackType } from './participants'
import type { DailyParticipant } from './types/participants'

/** Participants by id; the same object for one in whom nothing changed. */
export type People = ReadonlyMap<string, DailyParticipant>

export type Change =
  | { action: 'participant-joined' | 'participant-updated' | 'participant-left'; participant: DailyParticipant }
  | { action: 'track-started' | 'track-stopped'; participant: DailyParticipant | null; track: MediaStreamTrack; type: TrackType }

/** What happened between two looks at the room, in the order Daily tells it: stops, then people, then starts. */
export function changes(before: People, after: People): Change[] {
  const ids = new Set([...before.keys(), ...after.keys()])
  const stops: Change[] = []
  const people: Change[] = []
  const starts: Change[] = []
  for (const id of ids) {
    const [old, fresh] = [before.get(id), after.get(id)]
    if (old === fresh) continue
    for (const type of Object.keys(TRACK_TYPES) as TrackType[]) {
      const [was, is] = [old?.tracks[type].track, fresh?.tracks[type].track]
      if (was === is) continue
      if (was) stops.push({ action: 'track-stopped', participant: fresh ?? null, track: was, type })
      if (is && fresh) starts.push({ action: 'track-started', participant: fresh, track: is, type })
    }
    const person = personChange(old, fresh)
    if (person) people.push(person)
  }
  return [...stops, ...people, ...starts]
}

function personChange(old: DailyParticipant | undefined, fresh: DailyParticipant | undefined): Change | null {
  if (!fresh) return old && !old.local ? { action: 'participant-left', participant: old } : null
  // One's own coming is told by joined-meeting, never by participant-joined.
  return { action: old || fresh.local ? 'participant-updated' : 'participant-joined', participant: fresh }
}
