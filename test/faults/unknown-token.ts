import { formatToken } from '@keywright/core/token'

const letters = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** A token that looks like one, of no key. */
export function unknownToken(): string {
  return formatToken({ namespace: 'tk_live', id: random(12), secret: random(32) })
}

function random(length: number): string {
  return Array.from({ length }, () => letters[Math.floor(Math.random() * letters.length)]).join('')
}
