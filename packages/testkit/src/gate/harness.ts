import type { Access, GateOptions, Keyring, Principal, ResourceRef } from '@keywright/core'
import type { gateAccess } from './keyring.js'
import type { parsers } from './parsers.js'

export type GateAccess = typeof gateAccess

/** What {@link testGate} needs of an adapter. */
export interface GateHarness {
  readonly name: string
  /** Serves the routes, on a port of 127.0.0.1, as an app of the framework does. */
  listen(app: GateApp): Promise<GateServer>
  /** Whether repeated field lines are joined before the guard sees them, as Fetch does. @defaultValue false */
  readonly joinsLines?: boolean | undefined
  /** Whose HTTP parser stands before the guard. @defaultValue 'node' */
  readonly parser?: keyof typeof parsers | undefined
}

/** An app to serve. */
export interface GateApp {
  readonly keyring: Keyring<GateAccess>
  /** Options of all its guards. */
  readonly settings: Pick<GateOptions<Access>, 'realm' | 'trustedProxies' | 'requireHttps' | 'timeoutMs'>
  readonly routes: readonly GateRoute[]
}

/** An app that is being served. */
export interface GateServer {
  readonly port: number
  close(): unknown
}

/** A route, for every method that the framework knows. */
export interface GateRoute {
  /** Such as `/boards/:board`. */
  readonly path: string
  /** `null`: without a guard. */
  readonly guard: Pick<GateOptions<GateAccess, never, boolean>, 'scopes' | 'anyOf' | 'optional'> | null
  /** The option of that name, of the value that a parameter of the path has. */
  readonly resource?: ((param: (name: string) => string) => ResourceRef<'board'>) | undefined
  /** What the handler answers. */
  answer(principal: Principal<Access> | null): GateAnswer
}

/** A handler's answer: these fields, and status 200. */
export interface GateAnswer {
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}
