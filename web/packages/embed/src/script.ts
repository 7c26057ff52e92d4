import { TavusIntegration } from './integration'
import './index'

// For <script src="…/embed.js">, which has no exports; the hosted script's own helper is left in place.
if (!('TavusIntegration' in window)) Object.assign(window, { TavusIntegration })
Object.assign(window, { VisavisIntegration: TavusIntegration })
