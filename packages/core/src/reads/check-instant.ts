import { InvalidInput } from '../errors/index.js'

/** Returns an instant, or `undefined` where none is given. @throws InvalidInput */
export function checkInstant(value: Date | undefined, field: string): Date | undefined {
  if (value === undefined || (value instanceof Date && !Number.isNaN(value.getTime()))) return value
  throw new InvalidInput(field, 'a valid Date')
}
