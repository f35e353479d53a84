import { isKeyError, PlanLimitReached, ScopeExceedsActor, type Secret } from '@keywright/core'
import { connectMcp, type McpClient } from './mcp-client.js'
import type { TaskBoard } from './start.js'
import { send, type Visit } from './visit.js'

/** An attempt, and its result. */
export interface Outcome {
  readonly what: string
  readonly request: string
  readonly answer: string
  readonly expected: string
}

/** Where a scene runs: a task board, and functions that try something and note the result. */
export interface Stage extends TaskBoard {
  /** Sends a request over HTTP. */
  visit(what: string, request: string, expected: string, rest?: Omit<Visit, 'request'>): Promise<void>
  /** Connects an MCP client. */
  connect(token: Secret): Promise<McpClient>
  /** Calls the keyring or a tool. The answer is what `run` returns, or the code of its error. */
  attempt(what: string, call: string, expected: string, run: () => Promise<string>): Promise<void>
  readonly outcomes: readonly Outcome[]
  /** How many requests passed. */
  passed(): number
}

/** Sets a stage on a task board. */
export function setStage(board: TaskBoard): Stage {
  const outcomes: Outcome[] = []
  let passed = 0
  const counting: typeof fetch = async (...request) => {
    const response = await fetch(...request)
    if (response.ok) passed += 1
    return response
  }
  return {
    ...board,
    outcomes,
    passed: () => passed,
    visit: async (what, request, expected, rest = {}) => {
      const answer = await send(board.origin, { request, ...rest }, counting)
      outcomes.push({ what, request, answer, expected })
    },
    connect: (token) => connectMcp(board.origin, token, counting),
    attempt: async (what, call, expected, run) => {
      outcomes.push({ what, request: call, answer: await run().catch(codeOf), expected })
    },
  }
}

function codeOf(error: unknown): string {
  if (error instanceof PlanLimitReached) return `${error.code}, limit ${error.limit}, used ${error.used}`
  if (error instanceof ScopeExceedsActor) return `${error.code}: ${error.exceeding.join(', ')}`
  if (isKeyError(error)) return error.code
  throw error
}
