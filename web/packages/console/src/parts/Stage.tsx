import { useEffect, useState } from 'react'
import { stateWords } from '../model/words'
import type { Session, View } from '../session'
import { Icon } from './Icon'
import { Meter } from './Meter'
import { People } from './People'
import { SelfView } from './SelfView'
import { useVideo } from './useVideo'

interface StageProps {
  session: Session
  view: View
  captions: boolean
}

/** The replica's tile with its name, its state, captions and the self view. */
export function Stage({ session, view, captions }: StageProps): React.JSX.Element {
  const replica = view.info?.replicaName || 'Replica'
  const { activity } = view.conversation.doing
  const state = stateWords(view.call.state, activity)
  return (
    <section className="stage" aria-labelledby="title">
      <h1 id="title" className="unseen">
        Call with {replica}
      </h1>
      <div className="tile">
        <Replica session={session} view={view} name={replica} />
        {view.call.state === 'reconnecting' && <p className="veil">{view.call.reason}</p>}
        <div className="tile-head">
          <span className="tile-name">{replica}</span>
          <span className={`state state-${view.call.state === 'joined' ? activity : 'busy'}`} data-testid="state" role="status">
            {state}
          </span>
        </div>
        {captions && <Captions view={view} />}
        <People view={view} />
        {view.look.localVideo && <SelfView view={view} />}
      </div>
      <Announcer view={view} name={replica} />
    </section>
  )
}

function Replica({ session, view, name }: { session: Session; view: View; name: string }): React.JSX.Element {
  const video = useVideo(session.call.remote)
  const [shown, setShown] = useState(false)
  const [silent, setSilent] = useState(false)
  const audioOnly = view.info?.audioOnly === true

  useEffect(() => {
    const { remote } = session.call
    const play = (): void => {
      video.current?.play().catch((error: unknown) => {
        // Only a refusal needs the user; a play cut short by the next track is followed by another.
        if (error instanceof DOMException && error.name === 'NotAllowedError') setSilent(true)
      })
    }
    play()
    remote.addEventListener('addtrack', play)
    return () => remote.removeEventListener('addtrack', play)
  }, [session, video, silent])

  useEffect(() => {
    const element = video.current
    if (view.speaker && element && 'setSinkId' in element) void element.setSinkId(view.speaker)
  }, [view.speaker, video])

  return (
    <>
      <video
        ref={video}
        className={shown && !audioOnly ? 'replica-video' : 'replica-video waiting'}
        data-testid="replica-video"
        aria-label={name}
        autoPlay
        playsInline
        muted={silent}
        onLoadedData={() => {
          setShown(true)
          session.firstFrameShown()
        }}
      />
      {(!shown || audioOnly) && (
        <div className="stand-in">
          <span className="initial" aria-hidden="true">
            {name.charAt(0)}
          </span>
          {audioOnly && shown ? <ReplicaMeter session={session} /> : <p>{view.call.state === 'joined' ? 'Waiting for the picture…' : `Connecting to ${name}…`}</p>}
        </div>
      )}
      {silent && (
        <button type="button" className="primary hear" onClick={() => setSilent(false)}>
          <Icon name="sound" /> Tap to hear {name}
        </button>
      )}
    </>
  )
}

function ReplicaMeter({ session }: { session: Session }): React.JSX.Element {
  return <Meter track={session.call.remote.getAudioTracks()[0] ?? null} label="Loudness of the replica" />
}

/** Words as they are spoken. Readers of screens get whole turns from the announcer instead. */
function Captions({ view }: { view: View }): React.JSX.Element | null {
  const { caption } = view.conversation
  return (
    <div className="captions" aria-hidden="true" data-testid="caption">
      {caption && (
        <p className={caption.speaker}>
          <span>
            {caption.speaker === 'user' && <b>You </b>}
            {caption.text}
          </span>
        </p>
      )}
    </div>
  )
}

function Announcer({ view, name }: { view: View; name: string }): React.JSX.Element {
  const last = view.conversation.transcript.findLast((line) => line.finished)
  return (
    <p className="unseen" aria-live="polite" data-testid="announcement">
      {last && `${last.speaker === 'user' ? 'You' : name}: ${last.text}`}
    </p>
  )
}
