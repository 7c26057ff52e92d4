import { useEffect, useMemo } from 'react'
import type { Person } from '../model/people'
import type { View } from '../session'
import { Icon } from './Icon'
import { useMedia, useVideo } from './useVideo'

/** The other people in the call: heard, and seen in small tiles. */
export function People({ view }: { view: View }): React.JSX.Element | null {
  if (view.people.length === 0) return null
  return (
    <ul className="people" aria-label="Other people in the call" data-testid="people">
      {view.people.map((person) => (
        <Tile key={person.id} person={person} speaker={view.speaker} />
      ))}
    </ul>
  )
}

function Tile({ person, speaker }: { person: Person; speaker: string }): React.JSX.Element {
  const picture = person.screen ?? person.camera
  const video = useVideo(useStream(picture))
  return (
    <li className="person">
      {picture ? (
        <video ref={video} className={person.screen ? 'whole' : ''} autoPlay playsInline muted aria-label={person.name} />
      ) : (
        <span className="initial" aria-hidden="true">
          {person.name.charAt(0)}
        </span>
      )}
      <span className="person-name">
        {!person.microphone && <Icon name="microphoneOff" />} {person.name}
        {!person.microphone && <span className="unseen">, microphone off</span>}
      </span>
      <Sound track={person.microphone} speaker={speaker} />
      <Sound track={person.screenAudio} speaker={speaker} />
    </li>
  )
}

function Sound({ track, speaker }: { track: MediaStreamTrack | null; speaker: string }): React.JSX.Element {
  const audio = useMedia<HTMLAudioElement>(useStream(track))
  useEffect(() => {
    const element = audio.current
    if (speaker && element && 'setSinkId' in element) void element.setSinkId(speaker)
  }, [speaker, audio])
  return <audio ref={audio} autoPlay />
}

function useStream(track: MediaStreamTrack | null): MediaStream | null {
  return useMemo(() => (track ? new MediaStream([track]) : null), [track])
}
