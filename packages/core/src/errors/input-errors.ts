import { KeyError } from './key-error.js'

/** A start-up option is wrong. The error names the option and what it must be, never its value: it may be a secret. */
export class InvalidOptions extends KeyError {
  override readonly name = 'InvalidOptions'
  readonly code = 'invalid_options'
  /** The option, such as `cache.ttlMs`. */
  readonly field: string
  /** What the option must be. */
  readonly expected: string

  /**
   * @param expected - Completes "Option … must be".
   * @param message - A whole sentence, for cases that "must be" cannot express.
   */
  constructor(field: string, expected: string, message = `Option ${field} must be ${expected}.`) {
    super(message)
    this.field = field
    this.expected = expected
  }
}

/** An argument of a call is wrong, and nothing was changed. The error names the field and what it must be, never its value. */
export class InvalidInput extends KeyError {
  override readonly name = 'InvalidInput'
  readonly code = 'invalid_input'
  /** The field, such as `scopes[2]`. */
  readonly field: string
  /** What the field must be. */
  readonly expected: string

  /**
   * @param expected - Completes "… must be".
   * @param message - A whole sentence, for cases that "must be" cannot express.
   */
  constructor(field: string, expected: string, message = `${field} must be ${expected}.`) {
    super(message)
    this.field = field
    this.expected = expected
  }
}

/** A scope, role, preset, resource type or level is not in the catalog. */
export class ScopeUnknown extends KeyError {
  override readonly name = 'ScopeUnknown'
  readonly code = 'scope_unknown'
  /** The option or argument that names it, such as `scopes[2]`. */
  readonly field: string
  /** The unknown name, or `(not a name)` for a string that cannot be a name. */
  readonly unknown: string

  constructor(field: string, unknown: string, hint?: string) {
    // A token passed by mistake is longer than 40 characters. It must not appear in an error.
    const named = /^[A-Za-z0-9_.*:-]{1,40}$/.test(unknown) ? unknown : '(not a name)'
    super(`${field}: ${named} is not in the catalog.${hint ? ` ${hint}` : ''}`)
    this.field = field
    this.unknown = named
  }
}
