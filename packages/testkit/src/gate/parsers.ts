import type { Outcome } from './header-cases.js'

// The one place that says where servers and frameworks may differ: before a guard has its say.

/** Cases with CR, LF or NUL: on the wire these end the field or the request, so that only a string API can bring them. */
export const UNSENDABLE: ReadonlySet<number> = new Set([50, 51, 52])

/**
 * Cases of two lines that the `Headers` of Fetch have joined before a guard sees them: refused all the same, with the reason
 * of the joined line.
 */
export const REASON_WHEN_JOINED: ReadonlyMap<number, Outcome> = new Map([
  [37, 'not_b64token'],
  [38, 'not_b64token'],
  [40, 'malformed_authorization'],
  [41, 'malformed_authorization'],
])

/** What the HTTP parser of a server does by itself. */
export interface Parser {
  /** Cases that it refuses, and its status. */
  readonly refused?: ReadonlyMap<number, number>
  /** Cases of which a guard sees less than was sent, and what it makes of the rest. */
  readonly lessened?: ReadonlyMap<number, Outcome>
  /** Its status for an absolute target, such as `http://host/path`, where it refuses those. */
  readonly absoluteTarget?: number
}

/** The HTTP parsers, by the server that has them. */
export const parsers = {
  /** Node's, that of `node:http` in Bun and in Deno, and that of `Bun.serve`: at most 16 KB of fields. */
  node: { refused: new Map([[61, 431]]) },
  /** At most 64 KB of fields. */
  'Deno.serve': { refused: new Map([[61, 400]]) },
  /**
   * Takes more than 64 KB of fields. An empty line is gone before a worker can see it. That hides no credential: what is left
   * is read as if it had been sent alone, so that the one key that was sent decides, or none.
   */
  workerd: {
    lessened: new Map<number, Outcome>([
      [40, 'candidate'],
      [41, 'none'],
    ]),
    absoluteTarget: 500,
  },
} satisfies Readonly<Record<string, Parser>>
