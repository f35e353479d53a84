import type { IncomingMessage } from 'node:http'

/** The part of an Express request that the middleware uses. */
export type NodeRequest = IncomingMessage & {
  originalUrl?: string | undefined
  body?: unknown
  /** The middleware sets it to an `AuthInfo`. Each SDK has its own type for it. */
  auth?: unknown
}
