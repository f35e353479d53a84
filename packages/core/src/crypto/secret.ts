const REDACTED = '[redacted]'

/**
 * Wraps a secret so that it cannot be logged by accident: only {@link Secret.reveal} returns it. String conversion, JSON,
 * `console.log` and `structuredClone` do not show it.
 */
export class Secret {
  readonly #value: string

  constructor(value: string) {
    this.#value = value
  }

  /** Returns the secret. */
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
    // console.log calls this. It is not a method, because isolatedDeclarations does not allow a computed name here.
    Object.defineProperty(Secret.prototype, Symbol.for('nodejs.util.inspect.custom'), { value: () => REDACTED })
  }
}
