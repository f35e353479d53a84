import { KeyError } from './key-error.js'

/** A start-up option is wrong. Names the option and what was expected, never the value: it may be a secret. */
export class InvalidOptions extends KeyError {
  override readonly name = 'InvalidOptions'
  readonly code = 'invalid_options'
  readonly field: string
  readonly expected: string

  constructor(field: string, expected: string) {
    super(`Option ${field}: expected ${expected}`)
    this.field = field
    this.expected = expected
  }
}

/** An argument of a call is wrong. Names the field and what was expected. */
export class InvalidInput extends KeyError {
  override readonly name = 'InvalidInput'
  readonly code = 'invalid_input'
  readonly field: string
  readonly expected: string

  constructor(field: string, expected: string) {
    super(`${field}: expected ${expected}`)
    this.field = field
    this.expected = expected
  }
}

/** A scope, role, preset, resource type or level that the catalogue does not have (SCOPE-11). */
export class ScopeUnknown extends KeyError {
  override readonly name = 'ScopeUnknown'
  readonly code = 'scope_unknown'
  readonly field: string
  readonly unknown: string

  constructor(field: string, unknown: string, hint?: string) {
    super(`${field}: ${JSON.stringify(unknown.slice(0, 300))} is not in the catalogue${hint ? `; ${hint}` : ''}`)
    this.field = field
    this.unknown = unknown
  }
}
