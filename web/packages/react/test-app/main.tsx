import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { Conversation } from '../../../../examples/react-hooks/Conversation'

const url = new URLSearchParams(window.location.search).get('url') ?? ''
const root = createRoot(document.body.appendChild(document.createElement('div')))
root.render(
  <StrictMode>
    <Conversation url={url} />
  </StrictMode>,
)
Object.assign(window, { unmount: () => root.unmount() })
