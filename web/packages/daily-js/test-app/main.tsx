import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { CallFrameApp, CallObjectApp } from './CallApps'
import { HooksApp } from './HooksApp'

// The seed's component, as it is printed: plain JavaScript in TSX, so it is not type-checked here.
const seed = import.meta.glob('../../../../examples/daily-react/TavusConversation.tsx', { import: 'default' })

const query = new URLSearchParams(window.location.search)
const root = createRoot(document.getElementById('root') as HTMLElement)

if (query.has('seed')) {
  const [load] = Object.values(seed)
  const Component = (await load?.()) as React.ComponentType
  root.render(<Component />)
} else {
  const App = query.has('object') ? CallObjectApp : query.has('frame') ? CallFrameApp : HooksApp
  root.render(
    <StrictMode>
      <App url={query.get('url') ?? ''} />
    </StrictMode>,
  )
}
