import { isOver } from '@visavis/call'
import { useEffect, useSyncExternalStore } from 'react'
import { CallScreen } from './parts/CallScreen'
import { Ending } from './parts/Ending'
import { Lobby } from './parts/Lobby'
import type { Session } from './session'

/** The page: a lobby, the call, or how it ended. */
export function App({ session }: { session: Session }): React.JSX.Element {
  const view = useSyncExternalStore(session.subscribe, session.view)
  const name = view.info?.replicaName
  useEffect(() => {
    document.title = name ? `Conversation with ${name}` : 'Conversation'
  }, [name])

  if (isOver(view.call.state)) return <Ending session={session} view={view} />
  // In a frame the page around this one decides when to join: no lobby of our own meanwhile.
  if (view.call.state === 'idle' && !session.params.frame) return <Lobby session={session} view={view} />
  return <CallScreen session={session} view={view} />
}
