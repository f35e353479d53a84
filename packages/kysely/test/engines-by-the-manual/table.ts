import { type Feature, features } from './features.js'
import { type Manual, manuals } from './manuals.js'

/** What the manuals say, as docs/databases.md has it. */
export function manualTable(): readonly string[] {
  const rows = Object.entries(features).map(([feature, { title }]) => {
    const cells = manuals.map(({ answers }) => cell(answers[feature as Feature])) // its keys
    return `| ${title} | ${cells.join(' | ')} |`
  })
  const names = manuals.map(({ name, version }) => `${name} ${version}`)
  return [`| | ${names.join(' | ')} |`, `|---|${'---|'.repeat(names.length)}`, ...rows]
}

function cell({ has, note, link }: Manual['answers'][Feature]): string {
  if (has === null) return '–'
  return `[${has ? 'yes' : 'no'}](${link})${note === undefined ? '' : `: ${note}`}`
}
