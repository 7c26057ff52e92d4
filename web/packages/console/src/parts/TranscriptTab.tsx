import { asText } from '../model/transcript'
import type { View } from '../session'
import { CopyButton } from './CopyButton'
import { useTail } from './useTail'

/** What was said, and of the replica's words those that were heard. */
export function TranscriptTab({ view }: { view: View }): React.JSX.Element {
  const name = view.info?.replicaName || 'Replica'
  const lines = view.conversation.transcript.filter((line) => line.text)
  const list = useTail<HTMLOListElement>(lines.length)
  return (
    <>
      <ol className="transcript" data-testid="transcript" ref={list} tabIndex={0} aria-label="Transcript">
        {lines.map((line) => (
          <li key={line.key} className={line.speaker}>
            <b>{line.speaker === 'user' ? 'You' : name}</b>
            <p>
              {line.text}
              {line.interrupted && <span className="badge">interrupted</span>}
            </p>
          </li>
        ))}
        {lines.length === 0 && <li className="empty">Nothing has been said yet.</li>}
      </ol>
      <div className="panel-foot">
        <CopyButton text={asText(lines, name)} label="Copy the transcript" />
      </div>
    </>
  )
}
