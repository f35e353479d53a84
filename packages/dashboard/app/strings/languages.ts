import type { Strings } from './strings.js'

type Languages = Map<string, Strings>

/** Languages beside English, by their tag. Each is a script of its own, so that nobody loads those of others. */
export function languages(): Languages {
  // Two scripts share it, which share no module.
  const shared: { [name: symbol]: Languages | undefined } = globalThis as unknown as { [name: symbol]: Languages } // under a name of our own
  const name = Symbol.for('keywright.languages')
  const known = shared[name] ?? new Map()
  shared[name] = known
  return known
}
