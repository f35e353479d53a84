import type { Access, GateOptions, Keyring, Principal, ResourceRef } from '@keywright/core'
import type { NamesOf } from '@keywright/core/adapter'
import type { gateAccess } from './keyring.js'
import type { parsers } from './parsers.js'

/** The access model of the keyring that {@link testGate} uses. */
export type GateAccess = typeof gateAccess

/** The adapter that {@link testGate} tests. */
export interface GateHarness {
  /** The name of the adapter, for the titles of the tests. */
  readonly name: string
  /** Serves the routes with the framework, on a port of 127.0.0.1. */
  listen(app: GateApp): Promise<GateServer>
  /** Whether repeated field lines are joined before the guard, as Fetch does. @defaultValue false */
  readonly joinsLines?: boolean | undefined
  /** The server that parses the requests. @defaultValue 'node' */
  readonly parser?: keyof typeof parsers | undefined
}

/** The fields of {@link GateHarness}. */
export const gateHarnessNames: NamesOf<GateHarness> = { name: true, listen: true, joinsLines: true, parser: true }

/** The app that the adapter must serve. */
export interface GateApp {
  readonly keyring: Keyring<GateAccess>
  /** Options for all guards of the app. */
  readonly settings: Pick<GateOptions<Access>, 'realm' | 'headers' | 'trustedProxies' | 'requireHttps' | 'timeoutMs'>
  readonly routes: readonly GateRoute[]
}

/** A running server. */
export interface GateServer {
  readonly port: number
  close(): unknown
}

/** A route for all HTTP methods that the framework supports. */
export interface GateRoute {
  /** The path, such as `/boards/:board`. */
  readonly path: string
  /** The options of the route's guard; `null`: no guard. */
  readonly guard: Pick<GateOptions<GateAccess, never, boolean>, 'scopes' | 'anyOf' | 'optional'> | null
  /** The guard's option `resource`, as a function of the path parameters. */
  readonly resource?: ((param: (name: string) => string) => ResourceRef<'board'>) | undefined
  /** Returns the response of the handler. */
  answer(principal: Principal<Access> | null): GateAnswer
}

/** The response of a handler: these headers, and status 200. */
export interface GateAnswer {
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}
