import { isRecord } from '@keywright/core/adapter'
import { authInfoIn, EXTRA_KEY } from '../caller/known-callers.js'

/** What can be forgotten to be declared. A method is one that the host handles itself. */
export type Undeclared = 'tool' | 'prompt' | 'resource' | 'method'

/**
 * How the parts of an endpoint hang together. What hangs loose is closed without an error, so a developer is told of it: each once,
 * as a warning of the process, and not in production.
 */
export interface Wiring {
  /** Whether a server of the endpoint was protected. */
  isProtected(): boolean
  /** A server is protected. */
  protects(): void
  /** A guard let a request through. */
  admits(): void
  /** A request that a guard let through was served. */
  serves(): void
  /** A message came to a protected server, and has no sender. */
  missesCaller(extra: unknown): void
  /** Nothing says who may use it, so nobody may. */
  missesAccess(kind: Undeclared, name: unknown): void
}

/** How many warnings an endpoint gives: a handler may list other names each time. */
const maxWarnings = 100

/** @param isDevelopment - Whether anybody is told. */
export function createWiring(isDevelopment: boolean = process.env.NODE_ENV !== 'production'): Wiring {
  let [hasProtected, hasAdmitted] = [false, false]
  const told = new Set<string>()
  const tell = (code: string, sentence: string): void => {
    if (!isDevelopment || told.has(sentence) || told.size >= maxWarnings) return
    told.add(sentence)
    process.emitWarning(sentence, { type: 'KeywrightWarning', code })
  }
  return {
    isProtected: () => hasProtected,
    protects: () => {
      hasProtected = true
    },
    admits: () => {
      hasAdmitted = true
    },
    serves: () => {
      if (!hasProtected) tell('KEYWRIGHT_MCP_UNPROTECTED', unprotected)
    },
    missesCaller: (extra) => {
      const authInfo = authInfoIn(extra)
      const isOurs = isRecord(authInfo) && isRecord(authInfo.extra) && EXTRA_KEY in authInfo.extra
      if (isOurs || (hasAdmitted && authInfo === undefined)) tell('KEYWRIGHT_MCP_CALLER_LOST', callerLost)
      else tell('KEYWRIGHT_MCP_UNGUARDED', unguarded)
    },
    missesAccess: (kind, name) => tell('KEYWRIGHT_MCP_UNDECLARED', undeclared(kind, name)),
  }
}

const unprotected =
  'A guard let a request through to an MCP endpoint that has no protected server: any good key sees and runs what its server has. Make the server with auth.protect(new McpServer(…)), of the same auth as the guard, before anything is registered.'

const unguarded =
  'A protected MCP server refuses its messages, because no guard has said who sent them. Put auth.express(), of the same auth, before the handler of the transport, or give the handler to auth.fetch(…).'

const callerLost =
  'A protected MCP server refuses messages, because what the guard said of their sender did not arrive. Between the two, pass on the same object: req with its auth on Node, authInfo in the options of the handler on fetch. If another route leads to the server, it needs the guard, too.'

function undeclared(kind: Undeclared, name: unknown): string {
  // A handler of the host's made the name: keep it apart from our own words, and short.
  const what = `${kind} ${JSON.stringify(String(name).slice(0, 100))}`
  if (kind === 'method') {
    return `Nobody may call the ${what}: nothing says who may. Wrap its handler in scoped(…).`
  }
  return `Nobody sees the ${what}, or may use it: nothing says who may. Wrap its handler in scoped(…), or name it in auth.declare({ ${kind}s: … }). If you wrap the handler in something else as well, let scoped be the outermost.`
}
