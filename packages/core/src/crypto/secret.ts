const REDACTED = '[redacted]'

/**
 * A secret that can be passed on without being shown: `reveal` is the only door (HASH-12). Text, JSON, `console.log`,
 * `structuredClone` and the like see nothing of it.
 */
export class Secret {
  readonly #value: string

  constructor(value: string) {
    this.#value = value
  }

  /** The secret itself. */
  reveal(): string {
    return this.#value
  }

  toString(): string {
    return REDACTED
  }

  toJSON(): string {
    return REDACTED
  }

  [Symbol.toPrimitive](): string {
    return REDACTED
  }

  static {
    // What console.log calls. Not a method: isolatedDeclarations knows no computed names but those of Symbol itself.
    Object.defineProperty(Secret.prototype, Symbol.for('nodejs.util.inspect.custom'), { value: () => REDACTED })
  }
}
