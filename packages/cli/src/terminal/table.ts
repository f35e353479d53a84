import widthOf from 'fast-string-truncated-width'
import type { Output } from './io.js'
import { plainText } from './plain-text.js'

/** A row, cell by cell: `null` is shown as `-`. */
export type Row = readonly (string | number | Date | null)[]

const gap = 2
/** A column is made no narrower than this. */
const narrowest = 8

/**
 * Writes rows below their headings. On a terminal, the widest columns are cut so that a row fits into a line; elsewhere, a row is as
 * long as it is.
 */
export function table(headings: readonly string[], rows: readonly Row[], output: Output): string {
  const cells = [headings, ...rows.map((row) => row.map(cellOf))]
  const widths = headings.map((_, column) => widestOf(cells.map((row) => row[column] ?? '')))
  if (output.isTTY === true) fit(widths, (output.columns ?? 80) - gap * (headings.length - 1))
  return cells
    .map(
      (row) =>
        `${row
          .map((cell, column) => padded(cell, widths[column] ?? 0))
          .join(' '.repeat(gap))
          .trimEnd()}\n`,
    )
    .join('')
}

/** Writes fields below each other, each behind its name. */
export function fields(pairs: readonly (readonly [name: string, value: Row[number]])[]): string {
  const widest = widestOf(pairs.map(([name]) => name))
  return pairs.map(([name, value]) => `${padded(name, widest)}${' '.repeat(gap)}${cellOf(value)}\n`).join('')
}

function cellOf(value: Row[number]): string {
  if (value === null || value === '') return '-'
  return plainText(value instanceof Date ? timeOf(value) : String(value))
}

/** To the second, in UTC. */
function timeOf(date: Date): string {
  return Number.isNaN(date.getTime()) ? '?' : `${date.toISOString().slice(0, 19).replace('T', ' ')}Z`
}

/** Arguments are on the stack, which has no room for those of a long table. */
function widestOf(texts: readonly string[]): number {
  return texts.reduce((widest, text) => Math.max(widest, width(text)), 0)
}

function width(text: string): number {
  return widthOf(text).width
}

function padded(text: string, columns: number): string {
  const { width: whole } = widthOf(text)
  if (whole <= columns) return text + ' '.repeat(columns - whole)
  const { index, width: kept } = widthOf(text, { limit: columns - 1 })
  return `${text.slice(0, index)}…${' '.repeat(Math.max(0, columns - 1 - kept))}`
}

/** Takes from the widest column until all fit, or none can give any more. */
function fit(widths: number[], most: number): void {
  let excess = widths.reduce((sum, each) => sum + each, 0) - most
  while (excess > 0) {
    const widest = Math.max(...widths)
    if (widest <= narrowest) return
    widths[widths.indexOf(widest)] = widest - 1
    excess -= 1
  }
}
