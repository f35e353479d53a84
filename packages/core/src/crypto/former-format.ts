import { checkNames, type Invalid, type NamesOf, wholeNumber } from '../check/index.js'
import { isNamespace } from './namespace.js'
import { MAX_SECRET_LENGTH, MIN_SECRET_LENGTH } from './token.js'

/**
 * A format that tokens had before the product changed its `prefix`, its environments or its `secretLength`. They go on working, and
 * get the format of today when they are rotated.
 */
export interface FormerFormat {
  /** The `prefix` of that time. */
  readonly prefix: string
  /** The environment in those tokens. @defaultValue none: they have no environment part */
  readonly environment?: string | undefined
  /** The `secretLength` of that time. @defaultValue that of today */
  readonly secretLength?: number | undefined
  /**
   * The environment that those keys belong to now. Needed where `environment` is none of the keyring's, and the keyring has
   * several. @defaultValue `environment`, or the only one that the keyring has
   */
  readonly belongsTo?: string | undefined
}

const formerNames: NamesOf<FormerFormat> = { prefix: true, environment: true, secretLength: true, belongsTo: true }

/** A {@link FormerFormat}, read. */
export interface ReadFormer {
  /** The option, for messages. */
  readonly at: string
  readonly namespace: string
  readonly environment: string | null
  readonly secretLength: number
  readonly belongsTo: string | undefined
}

/** Tests for the name of an environment. */
export function isEnvironment(name: unknown): name is string {
  return typeof name === 'string' && /^[a-z0-9]{1,16}$/.test(name)
}

/** @throws {@link Invalid} when `value` is not a length that a secret may have. */
export function readSecretLength(value: unknown, field: string, Invalid?: Invalid): number {
  const range = { least: MIN_SECRET_LENGTH, most: MAX_SECRET_LENGTH }
  return wholeNumber(value, field, Invalid === undefined ? range : { ...range, Invalid })
}

/** @throws {@link Invalid}, naming the field. */
export function readFormerly(value: unknown, secretLength: number, Invalid: Invalid): readonly ReadFormer[] {
  if (value === undefined) return []
  if (!Array.isArray(value)) throw new Invalid('formerly', 'a list of formats such as { prefix, environment }')
  return Array.from(value, (former: unknown, index) => {
    const at = `formerly[${index}]`
    checkNames(former, formerNames, { at, Invalid })
    const { prefix, environment, secretLength: own = secretLength, belongsTo } = former as Partial<FormerFormat> // each is checked
    if (environment !== undefined && !isEnvironment(environment)) {
      throw new Invalid(`${at}.environment`, 'the name of an environment such as live')
    }
    const namespace = environment === undefined ? prefix : `${prefix}_${environment}`
    if (typeof prefix !== 'string' || typeof namespace !== 'string' || !isNamespace(namespace)) {
      throw new Invalid(`${at}.prefix`, 'letters and digits such as tk, at most 40 with the environment')
    }
    return {
      at,
      namespace,
      environment: environment ?? null,
      secretLength: readSecretLength(own, `${at}.secretLength`, Invalid),
      belongsTo,
    }
  })
}
