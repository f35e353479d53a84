import { EXPOSED_HEADERS } from '@keywright/core/http'
import cors from 'cors'
import type { RequestHandler } from 'express'

/**
 * Lets the clients on pages of these origins call the endpoint. It stands before the guard, because a browser asks first, and
 * without the key, whether it may.
 */
export function forPagesOf(...origins: string[]): RequestHandler {
  return cors({
    origin: origins,
    methods: ['GET', 'POST', 'DELETE'],
    allowedHeaders: [
      'Authorization',
      'Content-Type',
      'Last-Event-ID',
      'Mcp-Protocol-Version',
      'Mcp-Session-Id',
      'Mcp-Method',
      'Mcp-Name',
    ],
    // Without the session id, a client of 2025-11-25 has no session; the rest says why a key was refused, and when to try again.
    exposedHeaders: [...EXPOSED_HEADERS, 'Mcp-Session-Id'],
  })
}
