import { library } from '../../library.ts'

// https://…/embed.js for a script tag or a bare import, https://…/embed.mjs for its exports.
export default library({ script: 'embed.js', global: 'visavisEmbed', module: 'embed.mjs' })
