import type { Presenting } from '../proof/index.js'
import type { ResourceRef } from '../values/index.js'

/** What one verification asks for, checked: names at start-up or at the call, the rest by whoever made it. */
export interface Requirements {
  /** All of these. */
  readonly scopes: readonly string[]
  /** One of these, beside all of `scopes`; `null`: none is needed. */
  readonly anyOf: readonly string[] | null
  /** Tells the resource on which resource scopes are needed; `null`: the request is about none. */
  readonly resource: (() => ResourceRef | Promise<ResourceRef>) | null
  readonly ip: string | null
  /** How the request may prove who sends it, for keys that are bound; `null`: in no way. */
  readonly proof: Presenting | null
  /** Units of the key's rate limits. */
  readonly cost: number
  /** Whether it is a use to be counted. */
  readonly countUsage: boolean
  /** Stands for the request: however often it is verified, it is one use. */
  readonly request: object | null
  /** Tells the host's name for the request: asked for an event alone, which a good request makes none of. */
  readonly requestId: () => string | null
}
