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
  if (view.call.state === 'idle') return <Lobby session={session} view={view} />
  return <CallScreen session={session} view={view} />
}
