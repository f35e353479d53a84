import type { Outcome } from './header-cases.js'

// All allowed differences between servers and frameworks. They come from the code that runs before a guard.

/** Cases with CR, LF or NUL. On a socket, these end the field or the request, so only a string API can contain them. */
export const UNSENDABLE: ReadonlySet<number> = new Set([50, 51, 52])

/**
 * Cases with two lines, which the `Headers` of Fetch join before the guard. The guard still refuses them, with the reason for the
 * joined line.
 */
export const REASON_WHEN_JOINED: ReadonlyMap<number, Outcome> = new Map([
  [37, 'not_b64token'],
  [38, 'not_b64token'],
  [40, 'malformed_authorization'],
  [41, 'malformed_authorization'],
])

/** The behaviour of a server's HTTP parser. */
export interface Parser {
  /** The cases that the parser itself refuses, with its status. */
  readonly refused?: ReadonlyMap<number, number>
  /** The cases in which the parser drops lines, with the result for the rest. */
  readonly lessened?: ReadonlyMap<number, Outcome>
  /** Its status for an absolute target such as `http://host/path`, if it refuses those. */
  readonly absoluteTarget?: number
}

/** The HTTP parsers by server. */
export const parsers = {
  /** Node, `node:http` in Bun and Deno, and `Bun.serve`. They accept at most 16 KB of header fields. */
  node: { refused: new Map([[61, 431]]) },
  /** Accepts at most 64 KB of header fields. */
  'Deno.serve': { refused: new Map([[61, 400]]) },
  /**
   * Accepts more than 64 KB of header fields. It drops empty lines before a worker sees them. This hides no credential: the result
   * is the same as for a request without the empty line.
   */
  workerd: {
    lessened: new Map<number, Outcome>([
      [40, 'candidate'],
      [41, 'none'],
    ]),
    absoluteTarget: 500,
  },
} satisfies Readonly<Record<string, Parser>>
