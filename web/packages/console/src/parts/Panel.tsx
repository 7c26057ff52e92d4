import { useId, useState } from 'react'
import type { Session, View } from '../session'
import { EventsTab } from './EventsTab'
import { Icon } from './Icon'
import { TimingTab } from './TimingTab'
import { TranscriptTab } from './TranscriptTab'

const TABS = ['Events', 'Transcript', 'Timing'] as const
type Tab = (typeof TABS)[number]

/** For developers: what passes on the data channel, what was said, how long things take. */
export function Panel({ session, view, onClose }: { session: Session; view: View; onClose: () => void }): React.JSX.Element {
  const [tab, setTab] = useState<Tab>('Events')
  const id = useId()
  const step = (event: React.KeyboardEvent): void => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key]
    if (!by) return
    const next = TABS[(TABS.indexOf(tab) + by + TABS.length) % TABS.length] ?? tab
    setTab(next)
    document.getElementById(`${id}-${next}`)?.focus()
  }
  return (
    <aside className="panel" aria-label="Developer panel">
      <div className="panel-head">
        <div className="tabs" role="tablist" aria-label="Panel" onKeyDown={step}>
          {TABS.map((name) => (
            <button
              key={name}
              id={`${id}-${name}`}
              type="button"
              role="tab"
              aria-selected={tab === name}
              aria-controls={`${id}-content`}
              tabIndex={tab === name ? 0 : -1}
              onClick={() => setTab(name)}
            >
              {name}
            </button>
          ))}
        </div>
        <button type="button" className="plain" aria-label="Close the panel" onClick={onClose}>
          <Icon name="close" />
        </button>
      </div>
      <div className="panel-body" role="tabpanel" id={`${id}-content`} aria-labelledby={`${id}-${tab}`}>
        {tab === 'Events' && <EventsTab session={session} view={view} />}
        {tab === 'Transcript' && <TranscriptTab view={view} />}
        {tab === 'Timing' && <TimingTab session={session} view={view} />}
      </div>
    </aside>
  )
}
