import type { ProblemKind } from '@visavis/call'
import { asText } from '../model/transcript'
import type { Session, View } from '../session'
import { CopyButton } from './CopyButton'

const TITLES: Partial<Record<ProblemKind, string>> = {
  'not-found': 'No such conversation',
  ended: 'The conversation has ended',
  full: 'No room just now',
  refused: 'You cannot join',
  unsupported: 'This browser cannot join',
}

/** Why there is no call, or no longer, and what to do next. */
export function Ending({ session, view }: { session: Session; view: View }): React.JSX.Element {
  const { state, reason, problem } = view.call
  const transcript = asText(view.conversation.transcript, view.info?.replicaName ?? 'Replica')
  const fallback = state === 'left' ? 'The conversation has ended' : 'Not connected'
  const own = reason.startsWith('You left')
  const canRetry = own || (state === 'failed' && (!problem || problem.passing || problem.kind === 'full'))
  return (
    <main className="ending">
      <p className="ending-state" role="status" data-testid="state">
        {state === 'left' || problem?.kind === 'ended' ? 'Ended' : 'Not connected'}
      </p>
      <h1>{own ? 'You left the conversation' : ((problem && TITLES[problem.kind]) ?? fallback)}</h1>
      {!own && <p data-testid="error">{reason}</p>}
      <div className="row">
        {canRetry && (
          <button type="button" className="primary" onClick={() => void session.again()}>
            {own ? 'Join again' : 'Try again'}
          </button>
        )}
        {transcript && <CopyButton text={transcript} label="Copy the transcript" />}
      </div>
    </main>
  )
}
