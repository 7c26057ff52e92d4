import { useCallback, useState } from 'react'
import type { Session, View } from '../session'
import { Composer } from './Composer'
import { ControlBar, type Toggles } from './ControlBar'
import { Notice } from './Notice'
import { Panel } from './Panel'
import { PerceptionSign } from './PerceptionSign'
import { Stage } from './Stage'
import { useKeys } from './useKeys'

/** Wide enough that a message box costs the picture nothing. */
const ROOMY = '(min-width: 600px) and (min-height: 480px)'

/** The call: the replica, one bar of controls, and what a developer opens beside it. */
export function CallScreen({ session, view }: { session: Session; view: View }): React.JSX.Element {
  const [captions, setCaptions] = useState(session.params.captions ?? view.info?.captions ?? true)
  const panel = view.look.panel ?? session.params.panel
  const [typing, setTyping] = useState(() => !session.params.microphone || matchMedia(ROOMY).matches)
  const [asked, setAsked] = useState(false)
  const [devices, setDevices] = useState(false)
  const [keys, setKeys] = useState(true)

  const toggle = useCallback((name: keyof Toggles) => {
    if (name === 'panel') {
      session.togglePanel()
      return
    }
    const set = { captions: setCaptions, typing: setTyping, devices: setDevices, keys: setKeys }[name]
    set((on) => !on)
    if (name === 'typing') setAsked(true)
  }, [session])
  useKeys(keys, session, toggle)

  const open: Toggles = { captions, panel, typing, devices, keys }
  return (
    <div className={panel ? 'call with-panel' : 'call'}>
      <main className="call-main">
        <Stage session={session} view={view} captions={captions} />
        <Notice text={view.notice} onDismiss={() => session.dismiss()} />
        <div className="deck">
          {typing && <Composer session={session} view={view} focus={asked} />}
          {view.info?.disclosure && <p className="disclosure" data-testid="disclosure">{view.info.disclosure}</p>}
          <PerceptionSign view={view} joined />
          <ControlBar session={session} view={view} open={open} toggle={toggle} />
        </div>
      </main>
      {panel && <Panel session={session} view={view} onClose={() => session.show({ panel: false })} />}
    </div>
  )
}
