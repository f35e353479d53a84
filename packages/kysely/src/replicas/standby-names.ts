/** What `synchronous_standby_names` says. */
export interface StandbyNames {
  /** The names of standbys, in small letters: PostgreSQL compares them without case. */
  readonly names: readonly string[]
  /** Whether each commit waits for each of them. */
  readonly areAllWaitedFor: boolean
}

const nobody: StandbyNames = { names: [], areAllWaitedFor: false }

/** A piece of the setting. A `name` was quoted or is a plain word; `mark` is one of the others. */
interface Piece {
  readonly kind: 'name' | 'number' | 'method' | 'mark'
  readonly text: string
}

/** In quotes, a quote is doubled, and nothing else has a meaning. */
const nextPiece = /\s*(?:"(?<quoted>(?:[^"]|"")+)"|(?<word>[a-z_][a-z0-9_$]*)|(?<number>\d+)|(?<mark>[(),]))\s*/iy

/**
 * Reads `synchronous_standby_names` of PostgreSQL. What is not surely understood counts as a list that no commit waits for: `*`,
 * letters outside of ASCII, a name that stands there twice.
 *
 * @example
 * ```ts
 * readStandbyNames('FIRST 2 (s1, "s-2")') // { names: ['s1', 's-2'], areAllWaitedFor: true }
 * ```
 */
export function readStandbyNames(setting: string): StandbyNames {
  const pieces = piecesOf(setting)
  if (pieces === null) return nobody
  const open = pieces.findIndex(isMark('('))
  const isInParentheses = open >= 0 && isMark(')')(pieces.at(-1))
  // Without a number, a commit waits for the first that is there.
  const count = isInParentheses ? countOf(pieces.slice(0, open)) : 1
  const names = namesIn(isInParentheses ? pieces.slice(open + 1, -1) : pieces)
  if (count === null || names === null || new Set(names).size !== names.length) return nobody
  return { names, areAllWaitedFor: count === names.length }
}

function piecesOf(setting: string): readonly Piece[] | null {
  // Case is ignored for ASCII alone, and others reach application_name in another form.
  if (!/^[\x20-\x7e\s]*$/.test(setting)) return null
  const pieces: Piece[] = []
  const next = new RegExp(nextPiece)
  while (next.lastIndex < setting.length) {
    const { quoted, word, number, mark } = next.exec(setting)?.groups ?? {}
    if (quoted !== undefined) pieces.push({ kind: 'name', text: quoted.replaceAll('""', '"').toLowerCase() })
    else if (word !== undefined) pieces.push({ kind: isMethod(word) ? 'method' : 'name', text: word.toLowerCase() })
    else if (number !== undefined) pieces.push({ kind: 'number', text: number })
    else if (mark !== undefined) pieces.push({ kind: 'mark', text: mark })
    else return null
  }
  return pieces
}

function isMethod(word: string): boolean {
  return /^(first|any)$/i.test(word)
}

function isMark(text: string): (piece: Piece | undefined) => boolean {
  return (piece) => piece?.kind === 'mark' && piece.text === text
}

/** The number before the parentheses: alone, or behind FIRST or ANY. */
function countOf(head: readonly Piece[]): number | null {
  const [number, ...others] = head[0]?.kind === 'method' ? head.slice(1) : head
  return number?.kind === 'number' && others.length === 0 ? Number(number.text) : null
}

/** Names with a comma between each two. A bare number is a name as well; a quoted `*` means any, as a bare one does. */
function namesIn(list: readonly Piece[]): string[] | null {
  const names = list.filter((_, at) => at % 2 === 0)
  const isWhole = list.length % 2 === 1 && list.every((piece, at) => at % 2 === 0 || isMark(',')(piece))
  const areNames = names.every(({ kind, text }) => (kind === 'name' || kind === 'number') && text !== '*')
  return isWhole && areNames ? names.map(({ text }) => text) : null
}
