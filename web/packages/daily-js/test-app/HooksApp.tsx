import { DailyAudio, DailyProvider, DailyVideo, useAudioLevelObserver, useDaily, useParticipantIds } from '@daily-co/daily-react'
import { useEffect, useState } from 'react'
import { hookNames, useEveryHook } from './everyHook'
import { show } from './shown'

/** An application on daily-react that uses all of it once and shows what it was told. */
export function HooksApp({ url }: { url: string }): React.JSX.Element {
  const [open, setOpen] = useState(true)
  show('hookNames', hookNames)
  if (!open) return <p>Closed</p>
  return (
    <DailyProvider url={url} userName="Ada">
      <Room onClose={() => setOpen(false)} />
    </DailyProvider>
  )
}

function Room({ onClose }: { onClose: () => void }): React.JSX.Element | null {
  const call = useDaily()
  useEffect(() => {
    if (!call) return
    call.on('error', (event) => show('error', event.errorMsg))
    void call.join().then((people) => show('joined', Object.keys(people ?? {}).length))
  }, [call])
  if (!call) return null
  return <Joined onClose={onClose} />
}

function Joined({ onClose }: { onClose: () => void }): React.JSX.Element {
  const remote = useParticipantIds({ filter: 'remote' })
  const act = useEveryHook(remote[0] ?? '')
  Object.assign(window, { act })
  return (
    <main>
      {remote.map((id) => (
        <DailyVideo key={id} sessionId={id} type="video" data-testid="replica" />
      ))}
      {remote[0] && <Level id={remote[0]} />}
      <DailyAudio />
      <button type="button" onClick={onClose}>
        Close
      </button>
    </main>
  )
}

function Level({ id }: { id: string }): null {
  useAudioLevelObserver(id, (level) => {
    if (level > 0) show('useAudioLevelObserver', level)
  })
  return null
}
