import { Daily } from './factory'

// For <script src="…/daily.js">: the global of Daily's own bundle.
Object.assign(window, { Daily })
