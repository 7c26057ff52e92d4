import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './App'
import { embed } from './embedded'
import { readParams } from './params'
import { Session } from './session'
import { keepToken } from './token'
import './styles/base.css'
import './styles/controls.css'
import './styles/lobby.css'
import './styles/call.css'
import './styles/panel.css'

const session = new Session(keepToken(readParams(window.location.href)))
if (session.params.frame) embed(session)
void session.start()

const root = document.getElementById('root')
if (!root) throw new Error('the page has no #root')
createRoot(root).render(
  <StrictMode>
    <App session={session} />
  </StrictMode>,
)
