import { memo, useState } from 'react'
import { filterLog, foldLog, type LogEntry, wordsOf } from '../model/log'
import type { Session, View } from '../session'
import { CopyButton } from './CopyButton'
import { RawSender } from './RawSender'
import { useTail } from './useTail'

/** Every message both ways, newest last. */
export function EventsTab({ session, view }: { session: Session; view: View }): React.JSX.Element {
  const [filter, setFilter] = useState('')
  const [folded, setFolded] = useState(true)
  const matching = filterLog(view.log, filter)
  const entries = folded ? foldLog(matching) : matching
  const list = useTail<HTMLOListElement>(entries.length)
  return (
    <>
      <div className="panel-tools">
        <input
          type="search"
          aria-label="Filter events"
          placeholder="Filter"
          value={filter}
          onChange={(change) => setFilter(change.target.value)}
        />
        <CopyButton text={matching.map((entry) => JSON.stringify(entry.body)).join('\n')} label="Copy" />
        <button type="button" className="secondary" onClick={() => session.clearLog()}>
          Clear
        </button>
        <label className="check">
          <input type="checkbox" checked={folded} onChange={() => setFolded(!folded)} /> One row for a growing utterance
        </label>
      </div>
      <ol className="events" data-testid="events" ref={list} tabIndex={0} aria-label="Events">
        {entries.map((entry) => (
          <EventRow key={entry.id} entry={entry} />
        ))}
        {entries.length === 0 && (
          <li className="empty">{filter ? 'No event matches the filter.' : 'Events appear here as they pass.'}</li>
        )}
      </ol>
      <RawSender session={session} ready={view.call.state === 'joined'} />
    </>
  )
}

const EventRow = memo(function EventRow({ entry }: { entry: LogEntry }): React.JSX.Element {
  const [open, setOpen] = useState(false)
  const sent = entry.direction === 'out'
  const words = wordsOf(entry)
  return (
    <li>
      <details onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>
          <span className={sent ? 'way out' : 'way'} title={sent ? 'Sent' : 'Received'}>
            <span aria-hidden="true">{sent ? '↑' : '↓'}</span>
            <span className="unseen">{sent ? 'Sent' : 'Received'}</span>
          </span>
          <span className="event-what">
            <span className="event-name">
              {entry.name}
              {entry.count > 1 && <span className="badge">×{entry.count}</span>}
            </span>
            {words && <span className="event-words">{words}</span>}
          </span>
          <time>{clock(entry.at)}</time>
        </summary>
        {open && <pre tabIndex={0}>{JSON.stringify(entry.body, null, 2)}</pre>}
      </details>
    </li>
  )
})

/** Hours to milliseconds, as a developer compares them with logs. */
function clock(at: number): string {
  const date = new Date(at)
  const two = (value: number): string => String(value).padStart(2, '0')
  const milliseconds = String(date.getMilliseconds()).padStart(3, '0')
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${milliseconds}`
}
