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
    // A token that was passed by mistake is longer, and must not travel on in an error.
    const named = /^[A-Za-z0-9_.*:-]{1,40}$/.test(unknown) ? unknown : '(not a name)'
    super(`${field}: ${named} is not in the catalogue${hint ? `; ${hint}` : ''}`)
    this.field = field
    this.unknown = named
  }
}
