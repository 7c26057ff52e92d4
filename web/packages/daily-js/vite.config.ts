import { library } from '../../library.ts'

// https://…/daily-js.js to import, https://…/daily.js for a script tag.
export default library({ script: 'daily.js', global: 'visavisDaily', module: 'daily-js.js' })
