import type { ConversationStatus } from '@visavis/call'
import { useMemo, useState } from 'react'
import type { Session, View } from '../session'
import { DevicePicker } from './DevicePicker'
import { Icon } from './Icon'
import { Notice } from './Notice'
import { PerceptionSign } from './PerceptionSign'
import { useVideo } from './useVideo'

/** Before the call: how one looks and sounds, and the one click a browser wants before it plays sound. */
export function Lobby({ session, view }: { session: Session; view: View }): React.JSX.Element {
  const [name, setName] = useState(session.params.userName)
  const replica = view.info?.replicaName ?? ''
  const without = !view.microphone && !view.opening.audio
  return (
    <main className="lobby">
      <div className="lobby-card">
        <Preview view={view} session={session} />
        <form
          className="lobby-form"
          onSubmit={(submit) => {
            submit.preventDefault()
            void session.join(name.trim())
          }}
        >
          <div>
            <h1>{replica ? `Talk with ${replica}` : 'Conversation'}</h1>
            <p className="quiet">{view.info ? introduction(view.info) : 'Looking up the conversation…'}</p>
            {view.info?.disclosure && <p className="disclosure" data-testid="disclosure">{view.info.disclosure}</p>}
            <PerceptionSign view={view} joined={false} />
          </div>
          <div className="field">
            <label htmlFor="name">
              Your name <span className="quiet">(optional)</span>
            </label>
            <input
              id="name"
              data-testid="name"
              autoComplete="name"
              maxLength={80}
              value={name}
              onChange={(change) => setName(change.target.value)}
            />
          </div>
          <DevicePicker session={session} view={view} />
          <Notice text={view.notice} />
          <button className="primary" type="submit" data-testid="join" disabled={!view.info}>
            {without && view.info ? 'Join and type' : 'Join'}
          </button>
        </form>
      </div>
    </main>
  )
}

function introduction({ personaName, replicaName }: ConversationStatus): string {
  const role = personaName && personaName !== replicaName ? `${personaName}. ` : ''
  return `${role}Speak as you would to a person; you can cut in at any time.`
}

function Preview({ session, view }: { session: Session; view: View }): React.JSX.Element {
  const stream = useMemo(() => (view.camera ? new MediaStream([view.camera]) : null), [view.camera])
  const video = useVideo(stream)
  return (
    <div className="preview">
      {view.camera ? (
        <video ref={video} className="mirrored" data-testid="self-video" autoPlay playsInline muted />
      ) : (
        <p>{view.opening.video ? 'Turning the camera on…' : 'Your camera is off'}</p>
      )}
      <div className="preview-bar">
        <button
          type="button"
          className={view.microphone && !view.muted ? 'round' : 'round off'}
          aria-label={view.microphone && !view.muted ? 'Mute the microphone' : 'Turn the microphone on'}
          onClick={() => session.toggleMute()}
        >
          <Icon name={view.microphone && !view.muted ? 'microphone' : 'microphoneOff'} />
        </button>
        <button
          type="button"
          className={view.camera ? 'round' : 'round off'}
          aria-label={view.camera ? 'Turn the camera off' : 'Turn the camera on'}
          onClick={() => session.toggleCamera()}
        >
          <Icon name={view.camera ? 'camera' : 'cameraOff'} />
        </button>
      </div>
    </div>
  )
}
